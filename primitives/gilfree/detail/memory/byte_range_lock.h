// Held byte: a byte of a file that at most one holds, and of which anybody can ask whether it is held.
//
//   const int hold = lock_byte(file, 0);                 // a descriptor; -1: somebody else holds it
//   if (!others_lock_byte(hold, 1)) ...                  // closed by everybody, or all died
//
// The hold is a lock of an open file description (fcntl(2), F_OFD_SETLK; Linux 3.15): the kernel lets
// go when the last process that has the descriptor, by fork, has closed it or died
// (docs/adr/0006-named-pipe-ends-are-byte-range-locks.md).
#pragma once

namespace gilfree::detail {

// Through a descriptor of its own, closed on exec. Throws std::system_error if there is none left.
int lock_byte(int file, int byte);

// A system call. `hold`: from lock_byte(), of the same file.
bool others_lock_byte(int hold, int byte);

}  // namespace gilfree::detail
