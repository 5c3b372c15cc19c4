// Load: CPU-bound work beside the parties, as other programs do on a busy machine.
//
//   Load load("half");     // before the parties start
//   load.begin({0, 1});    // from now on a thread on each of these CPUs works every other 10 ms
//   load.end();            // none is left when it returns
//
// It is a process of its own with a thread for each CPU, of the usual priority. It ends with the process that
// made it, however that ends.
#pragma once

#include <sys/types.h>

#include <array>
#include <string>
#include <vector>

namespace harness {

inline constexpr std::array kLoadLevels = {"none", "half", "full"};

class Load {
 public:
  // Starts the process, which waits. Throws std::runtime_error if that is not possible. "none": no process.
  explicit Load(const std::string& level);
  ~Load() { end(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void begin(const std::vector<int>& cpus);
  void end();

  // Returns the process; 0 if there is none.
  pid_t process() const { return process_; }

 private:
  pid_t process_ = 0;
  int cpus_ = -1;  // a socket, since a pipe raises SIGPIPE: the process reads its CPUs from it
};

}  // namespace harness
