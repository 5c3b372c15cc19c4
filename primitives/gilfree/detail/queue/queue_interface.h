// AnyQueue: the members of all queues, made of the four functions in which they differ.
//
//   class Queue : public AnyQueue<Queue, T> {
//     bool put_until(Item&& item, Deadline);                  // T const& or T&&; false: too late
//     Result take_until<Result>(Deadline);                    // T, or optional<T>: nothing: too late
//     bool put_some(Source&, Deadline);                       // one or more (item_source.h)
//     void take_some(std::vector<T>&, std::size_t most, Deadline);
//   };
#pragma once

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/queue/item_source.h"
#include "gilfree/errors.h"

namespace gilfree::detail {

template <typename Self, typename T>
class AnyQueue {
 public:
  AnyQueue(const AnyQueue&) = delete;
  AnyQueue& operator=(const AnyQueue&) = delete;

  // Puts `item` in, waiting while the queue is full.
  void put(const T& item) { (void)self().put_until(item, kNever); }
  void put(T&& item) { (void)self().put_until(std::move(item), kNever); }

  // The same without waiting, or waiting that long at most. False if the queue was full; an item
  // given by && has then not been moved from.
  [[nodiscard]] bool try_put(const T& item) { return self().put_until(item, kNow); }
  [[nodiscard]] bool try_put(T&& item) { return self().put_until(std::move(item), kNow); }
  [[nodiscard]] bool try_put_for(const T& item, Timeout timeout) {
    return self().put_until(item, timeout.deadline());
  }
  [[nodiscard]] bool try_put_for(T&& item, Timeout timeout) {
    return self().put_until(std::move(item), timeout.deadline());
  }
  template <typename C, typename D>
  [[nodiscard]] bool try_put_until(const T& item, std::chrono::time_point<C, D> time) {
    return self().put_until(item, to_deadline(time));
  }
  template <typename C, typename D>
  [[nodiscard]] bool try_put_until(T&& item, std::chrono::time_point<C, D> time) {
    return self().put_until(std::move(item), to_deadline(time));
  }

  // Puts all of them in, waiting while the queue is full: as many at a time as there is room for, each time
  // under one lock. The items of a container given by && are moved.
  template <std::ranges::input_range Items>
  void put_many(Items&& items) {
    put_all(std::forward<Items>(items), kNever);
  }
  void put_many(std::initializer_list<T> items) { put_all(items, kNever); }
  // Puts as many as there is room for, without waiting. Returns how many that were.
  template <std::ranges::input_range Items>
  [[nodiscard]] std::size_t try_put_many(Items&& items) {
    return put_all(std::forward<Items>(items), kNow);
  }

  // Removes and returns the next item, waiting while the queue is empty.
  T get() { return self().template take_until<T>(kNever); }

  // The same without waiting, or waiting that long at most. Nothing if the queue was empty.
  [[nodiscard]] std::optional<T> try_get() { return take_or_nothing(kNow); }
  [[nodiscard]] std::optional<T> try_get_for(Timeout timeout) {
    return take_or_nothing(timeout.deadline());
  }
  template <typename C, typename D>
  [[nodiscard]] std::optional<T> try_get_until(std::chrono::time_point<C, D> time) {
    return take_or_nothing(to_deadline(time));
  }

  // Removes and returns up to `most` items under one lock, waiting while the queue is empty.
  std::vector<T> get_many(std::size_t most) { return take_many(most, kNever); }
  // The same without waiting, or waiting that long at most. May be empty.
  [[nodiscard]] std::vector<T> try_get_many(std::size_t most) { return take_many(most, kNow); }
  [[nodiscard]] std::vector<T> try_get_many_for(std::size_t most, Timeout timeout) {
    return take_many(most, timeout.deadline());
  }

  // May have changed when they return.
  bool empty() const { return self().qsize() == 0; }
  bool full() const { return self().qsize() >= self().capacity(); }

 protected:
  AnyQueue() = default;
  // Makes `mp::Queue<int> queue;` a compile-time error that says what is missing.
  template <typename Missing>
  static std::size_t no_capacity() {
    static_assert(
        !std::is_same_v<Missing, T>,
        "a queue needs a capacity: mp::Queue<T> queue(64); th::SimpleQueue<T> has no limit");
    return 0;
  }
  ~AnyQueue() = default;

  static std::size_t checked(std::size_t capacity) {
    if (capacity == 0) throw std::invalid_argument(named(": capacity must be positive"));
    return capacity;
  }
  [[noreturn]] static void throw_closed_to_put() {
    throw Closed(named("::put: the queue has been closed; put before close()"));
  }
  [[noreturn]] static void throw_closed_to_get() {
    throw Closed(named("::get: closed, and nothing is left; stop getting"));
  }
  [[noreturn]] static void throw_damaged() {
    throw Corrupted(named(": the named object's capacity does not fit its size; remove it"));
  }

 private:
  Self& self() { return static_cast<Self&>(*this); }
  const Self& self() const { return static_cast<const Self&>(*this); }

  static std::string named(const char* rest) {
    return std::string("gilfree::") + Self::kName + rest;
  }

  std::optional<T> take_or_nothing(Deadline deadline) {
    return self().template take_until<std::optional<T>>(deadline);
  }

  std::vector<T> take_many(std::size_t most, Deadline deadline) {
    std::vector<T> items;
    if (most > 0) self().take_some(items, most, deadline);
    return items;
  }

  template <typename Items>
  std::size_t put_all(Items&& items, Deadline deadline) {
    auto source = items_of<T>(std::forward<Items>(items));
    while (source.has_next() && self().put_some(source, deadline)) continue;
    return source.count();
  }
};

}  // namespace gilfree::detail
