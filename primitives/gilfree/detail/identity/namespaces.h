// Namespaces: the pid and the time namespace of a process. Ids and start times of processes can be compared
// only within one of each (owner_id.h).
#pragma once

#include <cstdint>

namespace gilfree::detail {

// The inodes of /proc/self/ns/pid and .../time; 0 where the kernel or /proc does not give them.
struct Namespaces {
  std::uint64_t pid = 0;
  std::uint64_t time = 0;

  // False if one of them is known to differ.
  bool may_be(const Namespaces& other) const {
    return may_be(pid, other.pid) && may_be(time, other.time);
  }

 private:
  static bool may_be(std::uint64_t one, std::uint64_t other) {
    return one == other || one == 0 || other == 0;
  }
};

Namespaces this_process_namespaces();

}  // namespace gilfree::detail
