// Named objects: primitives that processes share which are not of one family.
//
//   mp::Lock lock(gilfree::open_or_create, "printer");     // in every program that prints
//   const std::scoped_lock hold(lock);
//
//   gilfree::remove("printer");                             // when it is no longer wanted
//
// Boost's tags: create_only (it must not exist yet), open_only (it must), open_or_create. The name is
// that of a file in /dev/shm, mode 0600, which stays until it is removed or the machine is booted;
// whoever has it open keeps using it.
//
// Cost        A file of a page and what the object needs; a system call or ten to open it, none to use it.
// Blocking    Nothing waits.
// Errors      std::system_error: file_exists (create_only), no_such_file_or_directory (open_only),
//             permission_denied (another user's file, or one that others may write), not_enough_memory
//             or no_space_on_device, invalid_argument (a name that is empty, longer than 199 bytes,
//             hidden, or has a slash or a nul). Corrupted: a file that is not ours, is damaged or cut
//             short, was made by another version or for another type, or in another pid namespace.
// Visibility  Whoever opens it finds it as whoever created it made it, whole.
// Crash       Created in one step: whoever is killed while creating one leaves nothing behind. A
//             stranger's death is noticed within detail::kHeartbeat (20 ms).
#pragma once

#include <string_view>

#include "gilfree/detail/memory/segment.h"

namespace gilfree {

// Takes away the name. False if there is no such object. Throws rather than remove a file that is
// not one of gilfree's.
inline bool remove(std::string_view name) { return detail::remove_segment(name); }

}  // namespace gilfree
