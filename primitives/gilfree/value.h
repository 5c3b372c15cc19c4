// Value: one trivially copyable object that is shared, with a lock. Array: a number of them.
//
//   mp::Value<long> counter(0);
//   mp::Array<double> samples(1000);
//   for (double& sample : samples) sample = measure();
//   {
//     const std::scoped_lock hold(counter);             // or counter.get_lock()
//     ++counter.value();
//   }
//
// Python's multiprocessing.Value and Array. A fork copies a plain global, so each process changes its
// own; a Value is the same object in all of them.
//
// Order       That in which the lock is taken.
// Cost        Access is that of a plain object; the lock is an RLock (lock.h).
// Blocking    None but for the lock.
// Errors      Array: at() beyond the end throws std::out_of_range. Those of lock.h.
// Visibility  That of the lock; without it, accesses of several processes are a data race, as always.
// Crash       A process may be killed at any instruction. What it was writing stays as far as it came:
//             for the next holder of the lock get_lock().abandoned() is true, so it may be half done.
#pragma once

#include "gilfree/version.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <stdexcept>
#include <string_view>
#include <type_traits>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/memory/state_memory.h"
#include "gilfree/errors.h"
#include "gilfree/lock.h"
#include "gilfree/named.h"
#include "gilfree/scope.h"

namespace gilfree {

namespace detail {

// What Value and Array have in common: an RLock, and elements behind it.
template <typename T, Scope S>
class LockedElements {
  static_assert(
      Shareable<T>,
      "a Value or Array holds what is trivially copyable and no pointer; share anything else "
      "through a Queue");
  static_assert(alignof(T) <= kCacheLine);

 public:
  LockedElements(const LockedElements&) = delete;
  LockedElements& operator=(const LockedElements&) = delete;

  // The lock, for all that lock.h offers; and its members, so that a guard takes the Value itself.
  RLock<S>& get_lock() { return lock_; }
  void lock() { lock_.lock(); }
  [[nodiscard]] bool try_lock() { return lock_.try_lock(); }
  [[nodiscard]] bool try_lock_for(Timeout timeout) { return lock_.try_lock_for(timeout); }
  template <typename C, typename D>
  [[nodiscard]] bool try_lock_until(std::chrono::time_point<C, D> time) {
    return lock_.try_lock_until(time);
  }
  void unlock() { lock_.unlock(); }

 protected:
  // In shared memory, with the elements behind it. A name that is opened must be of the same T: Element
  // is part of what is compared.
  struct alignas(kCacheLine) State {
    using Element = T;

    LockState<S> lock;
  };

  template <typename... How>
  explicit LockedElements(How... how)
      : state_memory_(how...),
        lock_(StateMemory<LockState<S>, S>(state_memory_, state_memory_->lock)),
        count_((state_memory_.bytes() - sizeof(State)) / sizeof(T)) {}

  static std::size_t bytes(std::size_t count) {
    if (count > (std::size_t{1} << 40) / sizeof(T)) {
      throw std::length_error("gilfree::Array: more than a terabyte; ask for fewer elements");
    }
    return count * sizeof(T);
  }
  T* elements() const { return reinterpret_cast<T*>(&*state_memory_ + 1); }
  std::size_t count() const { return count_; }

 private:
  StateMemory<State, S> state_memory_;
  RLock<S> lock_;  // its state lies within state_memory_
  std::size_t count_;
};

}  // namespace detail

// One object. T is trivially copyable and holds no address.
template <typename T, Scope S = Processes>
class Value : public detail::LockedElements<T, S> {
  using Base = detail::LockedElements<T, S>;

 public:
  // A value of its own, or one under a name (named.h), zeroed when it is made.
  explicit Value(const T& initial = T()) : Base(sizeof(T)) { value() = initial; }
  Value(create_only_t tag, std::string_view name) : Base(tag, name, sizeof(T)) {}
  Value(open_only_t tag, std::string_view name) : Base(tag, name) { check(); }
  Value(open_or_create_t tag, std::string_view name) : Base(tag, name, sizeof(T)) { check(); }

  // The object in shared memory. Hold the lock while others may use it.
  T& value() { return *this->elements(); }
  const T& value() const { return *this->elements(); }

 private:
  void check() const {
    if (this->count() < 1) throw Corrupted("gilfree::Value: the named object is too small");
  }
};

// A fixed number of them, side by side in memory: a range, for algorithms and range-based for.
template <typename T, Scope S = Processes>
class Array : public detail::LockedElements<T, S> {
  using Base = detail::LockedElements<T, S>;

 public:
  // An array of `size` elements, zeroed, or with the elements that are given; or one under a name. One
  // that exists under the name keeps its size.
  explicit Array(std::size_t size) : Base(Base::bytes(size)) {}
  Array(std::initializer_list<T> elements) : Array(elements.size()) {
    std::copy(elements.begin(), elements.end(), begin());
  }
  Array(create_only_t tag, std::string_view name, std::size_t size)
      : Base(tag, name, Base::bytes(size)) {}
  Array(open_only_t tag, std::string_view name) : Base(tag, name) {}
  Array(open_or_create_t tag, std::string_view name, std::size_t size)
      : Base(tag, name, Base::bytes(size)) {}

  // The elements, as in std::array: operator[] does not check the index, at() throws.
  std::size_t size() const { return this->count(); }
  bool empty() const { return size() == 0; }
  T& operator[](std::size_t at) { return this->elements()[at]; }
  const T& operator[](std::size_t at) const { return this->elements()[at]; }
  T& at(std::size_t at) {
    if (at >= size()) throw std::out_of_range("gilfree::Array::at: beyond the last element");
    return (*this)[at];
  }
  T* begin() { return this->elements(); }
  T* end() { return begin() + size(); }
  const T* begin() const { return this->elements(); }
  const T* end() const { return begin() + size(); }
};

}  // namespace gilfree
