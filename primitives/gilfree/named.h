// Named objects: primitives that unrelated processes share.
//
//   mp::Lock lock(gilfree::open_or_create, "printer");     // in every program that prints
//   const std::scoped_lock hold(lock);
//
//   gilfree::remove("printer");                             // when it is no longer wanted
//
// Boost's tags: create_only (it must not exist yet), open_only (it must), open_or_create. The name is
// that of a file in /dev/shm, mode 0600, which stays until it is removed or the machine is booted. A
// process that has it open keeps using it after it was removed.
//
// Order       Of several processes that create one name at a time, one creates it; the others open it, or
//             get file_exists.
// Cost        A file of a page and what the object needs; about ten system calls to open it, none to
//             use it. Its memory is taken from /dev/shm at creation, or for messages of any length
//             when they first need it.
// Blocking    Nothing waits.
// Errors      std::system_error: file_exists (create_only), no_such_file_or_directory (open_only),
//             permission_denied (another user's file, or one that others may write), not_enough_memory,
//             no_space_on_device (/dev/shm is full), file_too_large (RLIMIT_FSIZE), not_supported
//             (/dev/shm is not a tmpfs, or there is no /proc), resource_unavailable_try_again (another
//             process has a lease on the file), invalid_argument (a name that is empty, longer than 199
//             bytes, hidden, or has a slash or a nul). Corrupted: a file that is not an object of
//             this library, is damaged or cut short, has holes for which /dev/shm has no memory, or was
//             made by another version of it, for another type (or another size, alignment or
//             layout_version of it), or in another pid or time namespace.
// Visibility  A process that opens an object finds it as it was made, whole.
// Crash       Created in one step: a process killed while creating one leaves nothing behind. The
//             death of an unrelated process is noticed within detail::kHeartbeat (20 ms).
#pragma once

#include "gilfree/version.h"

#include <unistd.h>

#include <string_view>
#include <utility>

#include "gilfree/detail/memory/segment.h"

namespace gilfree {

// Removes the name. False if there is no such object. Throws rather than remove a file that is not an
// object of this library. /dev/shm is sticky: there only the user that created it can remove it.
bool remove(std::string_view name);

// While it lives, named objects that this thread creates are shared with a group (mode 0660), and
// objects that a member of one of this process's groups shares in this way may be opened:
//
//   const gilfree::GroupAccess group;
//   mp::Queue<Job> jobs(gilfree::open_or_create, "jobs", 64);
//
// Each member of the group can then spoil the object, and can put another one under its name before it
// is created.
class GroupAccess {
 public:
  explicit GroupAccess(gid_t group = ::getegid())
      : before_(std::exchange(detail::access_of_this_thread(), {true, group})) {}
  ~GroupAccess() { detail::access_of_this_thread() = before_; }
  GroupAccess(const GroupAccess&) = delete;
  GroupAccess& operator=(const GroupAccess&) = delete;

 private:
  detail::Access before_;
};

}  // namespace gilfree
