// Named objects: primitives that processes share which are not of one family.
//
//   mp::Lock lock(gilfree::open_or_create, "printer");     // in every program that prints
//   const std::scoped_lock hold(lock);
//
//   gilfree::remove("printer");                             // when it is no longer wanted
//
// Boost's tags: create_only (it must not exist yet), open_only (it must), open_or_create. The name is
// that of a file in /dev/shm, mode 0600, which stays until it is removed or the machine is booted;
// whoever has it open keeps using it. core/segment.h lists what opening one may throw.
//
// Crash       Created in one step: whoever is killed while creating one leaves nothing behind. A
//             stranger's death is noticed within core::kHeartbeat (20 ms).
#pragma once

#include <string_view>

#include "primitives/core/segment.h"

namespace gilfree {

// Takes away the name. False if there is no such object. Throws rather than remove a file that is
// not one of gilfree's.
inline bool remove(std::string_view name) { return core::remove_segment(name); }

}  // namespace gilfree
