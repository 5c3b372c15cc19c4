// SharedObject: an object that all workers of a measurement see, apart from its neighbours' cache lines.
//
//   SharedObject<PthreadMutex<K>, K> lock;      // before the workers start
//   lock->lock();
//
// Between threads it is on the heap; between processes it is in a shared mapping that a fork inherits.
// A type that shares itself across a fork (handles of gilfree do) says so by
// `static constexpr bool kSharesItself = true` and is made on the heap in either case.
#pragma once

#include <sys/mman.h>

#include <new>
#include <utility>

#include "scenarios/support/worker_kind.h"

namespace scenarios {

template <typename T, WorkerKind K>
class SharedObject {
 public:
  template <typename... Arguments>
  explicit SharedObject(Arguments&&... arguments) {
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
  // Unmaps an object shared by processes without destroying it: a process may have been killed inside
  // it, and glibc's pthread_cond_destroy would wait for that one.
  ~SharedObject() {
    if constexpr (kMapped) {
      ::munmap(apart_, sizeof(Apart));
    } else {
      delete apart_;
    }
  }
  SharedObject(const SharedObject&) = delete;
  SharedObject& operator=(const SharedObject&) = delete;

  T& operator*() const { return apart_->value; }
  T* operator->() const { return &apart_->value; }

 private:
  static constexpr bool kMapped = K == WorkerKind::kProcesses && !requires { T::kSharesItself; };

  struct Apart {
    alignas(128) T value;
  };

  Apart* apart_;
};

}  // namespace scenarios
