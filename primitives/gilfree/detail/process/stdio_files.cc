#include "gilfree/detail/process/stdio_files.h"

#include <sched.h>
#include <stdio_ext.h>

#include <cstdio>
#include <initializer_list>

// glibc's list of all open FILEs: exported since 2.2.5, declared in no header any more. Weak: another C
// library has none, and then the standard streams are all that is looked after.
extern "C" {
[[gnu::weak]] void _IO_list_lock();
[[gnu::weak]] void _IO_list_unlock();
[[gnu::weak]] void* _IO_iter_begin();
[[gnu::weak]] void* _IO_iter_end();
[[gnu::weak]] void* _IO_iter_next(void* iterator);
[[gnu::weak]] std::FILE* _IO_iter_file(void* iterator);
}

namespace gilfree::detail {
namespace {

constexpr int kTries = 1000;  // about a millisecond of yielding

bool has_list() {
  return &_IO_list_lock != nullptr && &_IO_list_unlock != nullptr && &_IO_iter_begin != nullptr &&
         &_IO_iter_end != nullptr && &_IO_iter_next != nullptr && &_IO_iter_file != nullptr;
}

// Calls visit(file) for each stream with buffered output.
template <typename Visit>
void each_with_output(Visit visit) {
  if (!has_list()) {
    for (std::FILE* file : {stdout, stderr}) {
      if (::__fpending(file) > 0) visit(file);
    }
    return;
  }
  _IO_list_lock();  // keeps a stream from being closed meanwhile
  for (void* at = _IO_iter_begin(); at != _IO_iter_end(); at = _IO_iter_next(at)) {
    std::FILE* file = _IO_iter_file(at);
    if (::__fpending(file) > 0) visit(file);
  }
  _IO_list_unlock();
}

}  // namespace

void flush_files() {
  each_with_output([](std::FILE* file) {
    for (int tries = 0; tries < kTries; ++tries) {
      if (::ftrylockfile(file) == 0) {
        ::fflush_unlocked(file);
        ::funlockfile(file);
        return;
      }
      ::sched_yield();
    }
  });
}

void discard_inherited_output() {
  each_with_output([](std::FILE* file) { ::__fpurge(file); });
}

}  // namespace gilfree::detail
