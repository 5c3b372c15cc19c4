// Placed: an object where all parties of a scope see it, apart from its neighbours' cache lines.
//
//   Placed<PthreadMutex<S>, S> lock;      // before the parties start
//   lock->lock();
//
// Between threads on the heap; between processes in memory that a fork inherits. A type that shares
// itself across a fork (our handles do) says so by `static constexpr bool kSharesItself = true`.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <utility>

#include "scenarios/scope.h"

namespace scenarios {

template <typename T, Scope S>
class Placed {
 public:
  template <typename... Arguments>
  explicit Placed(Arguments&&... arguments) {
    if constexpr (kMapped) {
      void* memory = ::mmap(nullptr, sizeof(Apart), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
      if (memory == MAP_FAILED) throw std::bad_alloc();
      apart_ = static_cast<Apart*>(memory);
      ::new (&apart_->value) T(std::forward<Arguments>(arguments)...);
    } else {
      apart_ = new Apart{T(std::forward<Arguments>(arguments)...)};
    }
  }
  // What processes shared is not destroyed, only unmapped: one of them may have been killed inside,
  // and glibc's pthread_cond_destroy would wait for it.
  ~Placed() {
    if constexpr (kMapped) {
      ::munmap(apart_, sizeof(Apart));
    } else {
      delete apart_;
    }
  }
  Placed(const Placed&) = delete;
  Placed& operator=(const Placed&) = delete;

  T& operator*() const { return apart_->value; }
  T* operator->() const { return &apart_->value; }

 private:
  static constexpr bool kMapped = S == Scope::kProcesses && !requires { T::kSharesItself; };

  struct Apart {
    alignas(128) T value;
  };

  Apart* apart_;
};

}  // namespace scenarios
