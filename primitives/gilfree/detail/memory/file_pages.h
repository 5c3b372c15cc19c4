// Memory for the pages of a file in /dev/shm, before they are mapped.
//
//   int error = give_pages(fd, bytes);              // of a new file
//   int error = fill_holes(fd, facts, on_demand);   // of one that is opened
//
// Each returns 0, or what prevents it: ENOSPC where /dev/shm is full.
#pragma once

#include <sys/stat.h>

#include <cstddef>

namespace gilfree::detail {

// Gives memory to the first `size` bytes of the file.
int give_pages(int fd, std::size_t size);

// Gives memory to all but the last `on_demand` bytes, as they have it from their creation. There may be holes among
// them in a copy that leaves out what is zero, and in a file whose size a stranger has set. Takes nothing if it is
// seen that there is not enough. `facts`: of fstat().
int fill_holes(int fd, const struct stat& facts, std::size_t on_demand);

}  // namespace gilfree::detail
