// Starters: who answers lifecycle, each by starting something that does nothing and waiting for its end.
#pragma once

#include <pthread.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <concepts>
#include <cstdlib>
#include <future>
#include <stdexcept>
#include <thread>

#include "scenarios/contenders/contender.h"
#include "scenarios/scope.h"

#include <gilfree/fork_server.h>
#include <gilfree/process.h>
#include <gilfree/thread.h>

namespace scenarios {

template <typename S>
concept Starter = requires {
  { S::kFacts } -> std::convertible_to<Facts>;
  { S::kScope } -> std::convertible_to<Scope>;
  S::start_and_join();
};

struct OurProcess {
  static constexpr Scope kScope = Scope::kProcesses;
  static constexpr Facts kFacts{.name = "process", .primitive = "process", .wait = "block"};
  static void start_and_join() {
    join(gilfree::Process([] {}));
  }
  static void join(gilfree::Process process) {
    process.start();
    process.join();
    if (process.exitcode() != 0) throw std::runtime_error("the child failed");
  }
};

// Made before the starter's memory is written to.
struct OurForkServer {
  static constexpr Scope kScope = Scope::kProcesses;
  static constexpr Facts kFacts{
      .name = "process_fork_server", .primitive = "process", .wait = "block"};
  static void prepare() { (void)server(); }
  static void start_and_join() {
    OurProcess::join(gilfree::Process(server(), [] {}));
  }

 private:
  static gilfree::ForkServer& server() {
    static gilfree::ForkServer made;
    return made;
  }
};

struct OurThread {
  static constexpr Scope kScope = Scope::kThreads;
  static constexpr Facts kFacts{.name = "thread", .primitive = "thread", .wait = "block"};
  static void start_and_join() {
    gilfree::Thread thread([] {});
    thread.start();
    thread.join();
  }
};

inline void reap(pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, 0) != child || status != 0) broken("the child failed");
}

struct RawFork {
  static constexpr Scope kScope = Scope::kProcesses;
  static constexpr Facts kFacts{.name = "fork", .primitive = "process", .wait = "block"};
  static void start_and_join() {
    const pid_t child = ::fork();
    if (child < 0) broken("fork");
    if (child == 0) ::_exit(0);
    reap(child);
  }
};

// Its child may do nothing but end or become another program.
struct RawVfork {
  static constexpr Scope kScope = Scope::kProcesses;
  static constexpr Facts kFacts{.name = "vfork", .primitive = "process", .wait = "block"};
  static void start_and_join() {
    const pid_t child = ::vfork();
    if (child < 0) broken("vfork");
    if (child == 0) ::_exit(0);
    reap(child);
  }
};

// Another program, with what it takes to load one: /bin/true.
struct PosixSpawn {
  static constexpr Scope kScope = Scope::kProcesses;
  static constexpr Facts kFacts{.name = "posix_spawn", .primitive = "process", .wait = "block"};
  static void start_and_join() {
    static char program[] = "/bin/true";
    char* const arguments[] = {program, nullptr};
    pid_t child;
    const int error = ::posix_spawn(&child, program, nullptr, nullptr, arguments, environ);
    if (error != 0) cannot("posix_spawn /bin/true", error);
    reap(child);
  }
};

struct RawThread {
  static constexpr Scope kScope = Scope::kThreads;
  static constexpr Facts kFacts{.name = "pthread", .primitive = "thread", .wait = "block"};
  static void start_and_join() {
    pthread_t thread;
    const int error = ::pthread_create(
        &thread, nullptr, [](void* nothing) { return nothing; }, nullptr);
    if (error != 0) broken("pthread_create", error);
    ::pthread_join(thread, nullptr);
  }
};

struct StdThread {
  static constexpr Scope kScope = Scope::kThreads;
  static constexpr Facts kFacts{.name = "std_thread", .primitive = "thread", .wait = "block"};
  static void start_and_join() {
    std::thread([] {}).join();
  }
};

struct AsyncThread {
  static constexpr Scope kScope = Scope::kThreads;
  static constexpr Facts kFacts{.name = "std_async", .primitive = "thread", .wait = "block"};
  static void start_and_join() {
    std::async(std::launch::async, [] {}).get();
  }
};

}  // namespace scenarios
