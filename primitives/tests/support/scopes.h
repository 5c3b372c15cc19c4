// BothScopes: run a test in each scope. Crew: run a body in N workers of a scope. Ledger: what they
// saw. Watchdog: end a hang.
//
// A worker must not throw or fail an ASSERT: a child's failures do not reach the parent's gtest.
// Workers write down what they saw in a Ledger; the test asserts on the ledger after join().
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "gilfree/detail/memory/state_memory.h"

namespace gilfree::testing {

using BothScopes = ::testing::Types<Threads, Processes>;

namespace internal {
template <typename Primitive>
struct ScopeOf;
template <template <Scope> class Primitive, Scope S>
struct ScopeOf<Primitive<S>> {
  using type = S;
};
}  // namespace internal

// The scope of a primitive, where a test is typed by primitives and not by scopes.
template <typename Primitive>
using ScopeOf = typename internal::ScopeOf<Primitive>::type;

// An array of atomic counters that workers of scope S write and the test reads.
template <Scope S>
class Ledger {
 public:
  explicit Ledger(int size) : counts_(size * sizeof(std::atomic<std::int64_t>)), size_(size) {}
  std::atomic<std::int64_t>& operator[](int i) {
    return reinterpret_cast<std::atomic<std::int64_t>*>(&*counts_ + 1)[i];
  }
  int size() const { return size_; }

 private:
  struct Header {
    alignas(8) std::int64_t unused = 0;
  };
  detail::StateMemory<Header, S> counts_;
  int size_;
};

// Forks `body` into a child that dies with this process, whatever happens to it.
inline pid_t fork_child(const std::function<void()>& body) {
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() == parent) body();
  ::_exit(0);
}

template <Scope S>
class Crew {
 public:
  ~Crew() { join(); }

  void start(int workers, const std::function<void(int me)>& body) {
    for (int me = 0; me < workers; ++me) {
      if constexpr (S::kAcrossProcesses) {
        children_.push_back(fork_child([&] { body(me); }));
      } else {
        threads_.emplace_back(body, me);
      }
    }
  }

  void join() {
    for (auto& thread : threads_) thread.join();
    for (const pid_t child : children_) {
      int status = 0;
      ::waitpid(child, &status, 0);
      EXPECT_TRUE(WIFEXITED(status)) << "a worker died of signal " << WTERMSIG(status);
    }
    threads_.clear();
    children_.clear();
  }

 private:
  std::vector<std::thread> threads_;
  std::vector<pid_t> children_;
};

// How many times as long as on a real machine a test may take: an emulator is slow (aarch64.cmake).
#ifndef GILFREE_PATIENCE
#define GILFREE_PATIENCE 1
#endif

// Ends the test program by SIGALRM if it is still running then; 0 takes that back.
inline void end_after(unsigned seconds) { ::alarm(seconds * GILFREE_PATIENCE); }

// Ends the test program, with its name, if a test hangs. A deadlock is a failure, not a long wait.
class Watchdog : public ::testing::Test {
 protected:
  void SetUp() override { end_after(300); }
  void TearDown() override { ::alarm(0); }
};

}  // namespace gilfree::testing
