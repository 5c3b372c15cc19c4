// NamedTest: names that only this test uses and that are removed after it. UnrelatedProcess: an unrelated
// program, namely this one executed again to play one part.
//
//   const Parts parts = {{"hold", [](const std::string& name) { ...; return 0; }}};
//   int main(int argc, char** argv) { return test_or_play(argc, argv, parts); }
//
//   UnrelatedProcess holder("hold", name());
//   EXPECT_EQ(holder.join(), 0);                // its exit code, -N if signal N killed it
//
// A part that others wait for calls say_ready(name); a part that is to be killed ends with live().
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "gilfree/event.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {

using Parts = std::map<std::string, std::function<int(const std::string& name)>>;

class UnrelatedProcess {
 public:
  UnrelatedProcess(const std::string& part, const std::string& name)
      : pid_(fork_child([&] {
          ::execl("/proc/self/exe", "stranger", kPlay, part.c_str(), name.c_str(), nullptr);
          ::_exit(127);
        })) {}
  UnrelatedProcess(UnrelatedProcess&& from) noexcept : pid_(std::exchange(from.pid_, 0)) {}
  ~UnrelatedProcess() {
    if (pid_ != 0) kill();
  }

  int join() {
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  void kill() {
    ::kill(pid_, SIGKILL);
    (void)join();
  }
  pid_t pid() const { return pid_; }

  static constexpr const char* kPlay = "--play";

 private:
  pid_t pid_;
};

class NamedTest : public Watchdog {
 protected:
  ~NamedTest() override {
    for (const char* suffix : {"", ".ready", ".other"}) ::unlink((path() + suffix).c_str());
  }
  const std::string& name() const { return name_; }
  std::string path() const { return "/dev/shm/" + name_; }

  // Starts an unrelated program that plays the part, and waits until it says that it is ready.
  UnrelatedProcess play(const std::string& part) const {
    Event<> ready(open_or_create, name_ + ".ready");
    UnrelatedProcess stranger(part, name_);
    ready.wait();
    ready.clear();
    return stranger;
  }

 private:
  const std::string name_ = "gilfree_test." + std::to_string(::getpid());
};

inline void say_ready(const std::string& name) { Event<>(open_only, name + ".ready").set(); }

inline int live() {
  while (true) ::pause();
}

inline int test_or_play(int argc, char** argv, const Parts& parts) {
  if (argc == 4 && std::string(argv[1]) == UnrelatedProcess::kPlay)
    return parts.at(argv[2])(argv[3]);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

}  // namespace gilfree::testing
