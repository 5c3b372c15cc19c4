// ChildProgram: another program, waited for no longer than is wanted.
//
//   Capture output;
//   ChildProgram child([&] {
//     ::dup2(output.writer(), STDOUT_FILENO);
//     exec_on_path({"git", "--version"});
//   });
//   if (child.wait(Clock::now() + 10s, {&output}) == ChildProgram::End::kEnded) ... output.text() ...
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/base/interruption.h"

namespace harness {

// A limit of this machine keeps a program from being started: "Too many open files; raise ulimit -n".
class CannotStart : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A pipe, and the end of what has come through it.
class Capture {
 public:
  // Keeps the last `most` bytes. Throws CannotStart if there is no descriptor left.
  explicit Capture(std::size_t most = std::string::npos);
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  const std::string& text() const { return text_; }
  bool at_end() const { return at_end_; }  // nothing more can come

  // For the process that reads: the pipe is at its end when all other writers have ended too.
  void close_writer();
  // Takes what is there, but not for ever if it is written to without end.
  void drain();

 private:
  std::size_t most_;
  int ends_[2];
  bool at_end_ = false;
  std::string text_;
};

class ChildProgram {
 public:
  using Clock = std::chrono::steady_clock;
  enum class End { kEnded, kLate, kInterrupted };
  // kOwn: whatever it starts is killed with it. kShared: it stays in this program's process group,
  // where it may write to the terminal and gets the terminal's signals. kWatched: whatever it starts is killed with it,
  // also what leaves its process group, and also when this program is killed by SIGKILL (watcher.h); a process more.
  enum class Group { kOwn, kShared, kWatched };

  // Forks; the child calls `become`, which ends in an exec. The child is killed when this process
  // ends. Throws CannotStart.
  explicit ChildProgram(const std::function<void()>& become, Group group = Group::kOwn);
  // Kills what is left of it and of its group.
  ~ChildProgram();
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;

  // Sleeps until it has ended, or `deadline` has come, or this program was interrupted; takes what
  // comes through the captures meanwhile.
  End wait(Clock::time_point deadline, const std::vector<Capture*>& captures = {});
  pid_t id() const { return id_; }
  // Kills it if need be, and reaps it. Returns its status as waitpid(2) gives it.
  int reap();

 private:
  bool has_ended() const;
  void sleep(Clock::time_point deadline, const std::vector<Capture*>& captures) const;

  SignalsHeld signals_;
  Group group_;
  pid_t id_;
  int status_ = 0;
};

// Becomes the program, which is searched on PATH. Ends with code 127 if there is none.
[[noreturn]] void exec_on_path(const std::vector<std::string>& command);

}  // namespace harness
