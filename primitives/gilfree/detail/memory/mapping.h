// Mapping: shared memory of this process, and pages for it before it is written.
//
//   std::shared_ptr<void> memory = map_shared(kNoFile, bytes, "a queue");   // or a file's
//   reserve_pages(at, size);                     // throws now rather than SIGBUS at the first write
//
// A page of a file in /dev/shm gets memory when it is first written, and where there is none left the
// kernel sends SIGBUS. So all that is written has its pages from posix_fallocate() when it is created
// or, for messages of any length, from reserve_pages() before each message that goes further than the
// ones before it (docs/adr/0011-memory-that-never-faults.md). A read of a page without memory faults in the same
// way: can_be_read() is asked before a reader follows an offset or a length that another process has written.
#pragma once

#include <sys/resource.h>

#include <cstddef>
#include <memory>
#include <string>

namespace gilfree::detail {

inline constexpr int kNoFile = -1;

// Maps the file, or new zeroed memory that forks inherit. `on_demand`: so many bytes of it have their pages
// from reserve_pages(), and the system need not have the memory for them now. Throws std::system_error,
// not_enough_memory, that begins with `what` and names the limit that was met.
std::shared_ptr<void> map_shared(int file, std::size_t bytes, const std::string& what,
                                 std::size_t on_demand = 0);

// Gives memory to the pages of [from, from + size), which lie in a mapping of map_shared(). Throws
// std::system_error where there is none, no_space_on_device in a file and else not_enough_memory; what
// those pages hold is unchanged.
void reserve_pages(std::byte* from, std::size_t size);

// Returns whether [from, from + size), which lies in such a mapping, can be read: has pages, or has been given
// them now. What they hold is unchanged.
bool can_be_read(std::byte* from, std::size_t size);

// "unlimited", or in KiB.
std::string limit_text(rlim_t limit);

}  // namespace gilfree::detail
