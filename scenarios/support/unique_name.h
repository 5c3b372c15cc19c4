// unique_name: how a contender calls what the system knows by a name: a queue, a file, a socket.
//
//   ::mq_open(("/" + unique_name()).c_str(), O_RDWR | O_CREAT | O_EXCL, ...);
#pragma once

#include <unistd.h>

#include <string>

namespace scenarios {

// Returns another name at each call, "bench-all-PROCESS-NUMBER": a leftover says whose it is. The launching
// thread alone calls this.
inline std::string unique_name() {
  static int made = 0;
  return "bench-all-" + std::to_string(::getpid()) + "-" + std::to_string(++made);
}

}  // namespace scenarios
