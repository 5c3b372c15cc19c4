// Byte-range lock: a byte of a file that one open file description at a time has locked.
//
//   const int lock = lock_byte(file, 0);                 // a descriptor; -1: it is locked already
//   if (!others_lock_byte(lock, 1)) ...                  // each holder has closed it or died
//
// A lock of an open file description (fcntl(2), F_OFD_SETLK; Linux 3.15): the kernel releases it when
// the last process that has the descriptor, by fork, has closed it or died
// (docs/adr/0006-named-pipe-ends-are-byte-range-locks.md).
#pragma once

namespace gilfree::detail {

// Locks the byte through a descriptor of its own, which exec closes. Throws std::system_error if no
// descriptor is left.
int lock_byte(int file, int byte);

// Returns whether another description has locked the byte, by one system call. `lock`: from lock_byte(),
// of the same file.
bool others_lock_byte(int lock, int byte);

}  // namespace gilfree::detail
