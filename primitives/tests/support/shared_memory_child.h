// Shared-memory child: a child process that borrows its parent's memory, and gives it back as it was.
//
//   const int status = run_sharing_memory([&] { queue->put(1); ::raise(SIGKILL); });   // as waitpid says
//
// What makes a process cost a millisecond is the copy of its memory, page by page, and its removal. A
// child of this kind has no copy: the parent stands still until it has ended, as in vfork(2), and then puts
// back whatever the child changed in memory that they do not share with others. All else is the
// child's own: its process id, its thread id, its list of robust mutexes, its open files and its
// signals. To the kernel, and to all that share memory with it, its death is that of any process.
//
// It is for a process with one thread, and for what need not act while the child lives.
#pragma once

#include <functional>

namespace gilfree::testing {

// False where memory cannot be shared so (sanitizers, an unknown libc), or if the environment has
// GILFREE_CRASH_FORK: fork instead.
bool can_share_memory();

// Runs `body` in a child that ends with it, and waits for its end: its status as waitpid has it. What
// `body` changes is undone, but for mappings that it makes or removes. `at_its_end` is called before anything of libc is,
// in which the child may have planted breakpoints.
int run_sharing_memory(
    const std::function<void()>& body, const std::function<void()>& at_its_end = [] {});

// The same, sharing memory if possible, else forked.
int run_child(const std::function<void()>& body);

}  // namespace gilfree::testing
