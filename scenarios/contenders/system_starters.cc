// What the system and the standard library have to start a process or a thread.
#include <pthread.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <future>
#include <thread>

#include "scenarios/lifecycle.h"

namespace scenarios {
namespace {

void reap(pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, 0) != child || status != 0) broken("the child failed");
}

struct ForkStarter {
  static constexpr Facts kFacts{.name = "fork",
                                .label = "fork, waitpid",
                                .family = "posix",
                                .primitive = "process",
                                .wait = "block"};
  static void start_and_join() {
    const pid_t child = ::fork();
    if (child < 0) broken("fork");
    if (child == 0) ::_exit(0);
    reap(child);
  }
};

// The child of a vfork may do nothing but end or become another program.
struct VforkStarter {
  static constexpr Facts kFacts{.name = "vfork",
                                .label = "vfork, waitpid (limit)",
                                .family = "limit",
                                .primitive = "process",
                                .wait = "block"};
  static void start_and_join() {
    const pid_t child = ::vfork();
    if (child < 0) broken("vfork");
    if (child == 0) ::_exit(0);
    reap(child);
  }
};

// Starts another program, /bin/true, so that the cost of loading one is part of it.
struct SpawnStarter {
  static constexpr Facts kFacts{.name = "posix_spawn",
                                .label = "posix_spawn of true",
                                .family = "posix",
                                .primitive = "process",
                                .wait = "block"};
  static void start_and_join() {
    static char program[] = "/bin/true";
    char* const arguments[] = {program, nullptr};
    pid_t child;
    const int error = ::posix_spawn(&child, program, nullptr, nullptr, arguments, environ);
    if (error != 0) cannot("posix_spawn /bin/true", error);
    reap(child);
  }
};

struct PthreadStarter {
  static constexpr Facts kFacts{.name = "pthread",
                                .label = "pthread",
                                .family = "pthread",
                                .primitive = "thread",
                                .wait = "block"};
  static void start_and_join() {
    pthread_t thread;
    const int error = ::pthread_create(
        &thread, nullptr, [](void* nothing) { return nothing; }, nullptr);
    if (error != 0) broken("pthread_create", error);
    ::pthread_join(thread, nullptr);
  }
};

struct StdThreadStarter {
  static constexpr Facts kFacts{.name = "std_thread",
                                .label = "std::thread",
                                .family = "std",
                                .primitive = "thread",
                                .wait = "block"};
  static void start_and_join() {
    std::thread([] {}).join();
  }
};

struct StdAsyncStarter {
  static constexpr Facts kFacts{.name = "std_async",
                                .label = "std::async",
                                .family = "std",
                                .primitive = "thread",
                                .wait = "block"};
  static void start_and_join() {
    std::async(std::launch::async, [] {}).get();
  }
};

const Registration registered[] = {
    add_starter<ForkStarter, WorkerKind::kProcesses>(),
    add_starter<VforkStarter, WorkerKind::kProcesses>(),
    add_starter<SpawnStarter, WorkerKind::kProcesses>(),
    add_starter<PthreadStarter, WorkerKind::kThreads>(),
    add_starter<StdThreadStarter, WorkerKind::kThreads>(),
    add_starter<StdAsyncStarter, WorkerKind::kThreads>(),
};

}  // namespace
}  // namespace scenarios
