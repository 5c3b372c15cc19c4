// ask_in: asks a child that has a namespace of its own, or another /dev/shm.
//
//   const int answer = ask_in(CLONE_NEWPID, [&] { return opens() ? 1 : 0; });
//   const int answer = ask_with_shm("16m", [&] { ... });
//
// The question's answer is an exit code; kNotAllowed: this user may not have such a namespace.
#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <functional>
#include <string>

#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {

constexpr int kNotAllowed = 77, kDied = 99;

inline int answer_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : kDied;
}

// An exception ends the child that asks, and not only its test.
inline int answer_to(const std::function<int()>& question) {
  try {
    return question();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the question ended with: %s\n", error.what());
    return kDied;
  }
}

inline int ask_in(int kind, const std::function<int()>& question) {
  return answer_of(fork_child([&] {
    if (::unshare(kind) != 0) ::_exit(kNotAllowed);
    ::_exit(answer_of(fork_child([&] { ::_exit(answer_to(question)); })));
  }));
}

// /dev/shm is a tmpfs of that size, or the folder `size` if it begins with a slash.
inline int ask_with_shm(const std::string& size, const std::function<int()>& question) {
  return ask_in(CLONE_NEWNS, [&] {
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return kNotAllowed;
    const bool is_folder = size[0] == '/';
    const int mounted = is_folder
                            ? ::mount(size.c_str(), "/dev/shm", nullptr, MS_BIND, nullptr)
                            : ::mount("tmpfs", "/dev/shm", "tmpfs", 0, ("size=" + size).c_str());
    return mounted == 0 ? question() : kNotAllowed;
  });
}

}  // namespace gilfree::testing
