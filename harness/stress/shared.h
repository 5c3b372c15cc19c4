// Shared: an object that all actors of a trial see, threads and processes alike.
//
//   Shared<std::atomic<int>> inside;      // made before the actors start
//   inside->fetch_add(1);
#pragma once

#include <sys/mman.h>

#include <new>
#include <utility>

namespace harness::stress {

// The object lies in a mapping that a fork shares. Its destructor is not called: an actor may have been
// killed inside it.
template <typename T>
class Shared {
 public:
  template <typename... Arguments>
  explicit Shared(Arguments&&... arguments) {
    void* memory =
        ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    value_ = ::new (memory) T(std::forward<Arguments>(arguments)...);
  }
  ~Shared() { ::munmap(value_, sizeof(T)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  T& operator*() const { return *value_; }
  T* operator->() const { return value_; }

 private:
  T* value_;
};

}  // namespace harness::stress
