// std's named requirements on locks, as concepts: [thread.req.lockable].
#pragma once

#include <chrono>
#include <concepts>
#include <type_traits>

namespace gilfree::testing {

template <typename L>
concept BasicLockable = requires(L lock) {
  { lock.lock() } -> std::same_as<void>;
  { lock.unlock() } -> std::same_as<void>;
};

template <typename L>
concept Lockable = BasicLockable<L> && requires(L lock) {
  { lock.try_lock() } -> std::same_as<bool>;
};

template <typename L>
concept TimedLockable = Lockable<L> && requires(L lock, std::chrono::microseconds patience,
                                                std::chrono::steady_clock::time_point steady,
                                                std::chrono::system_clock::time_point system) {
  { lock.try_lock_for(patience) } -> std::same_as<bool>;
  { lock.try_lock_until(steady) } -> std::same_as<bool>;
  { lock.try_lock_until(system) } -> std::same_as<bool>;
};

template <typename T>
concept StaysWhereItIs = !std::is_copy_constructible_v<T> && !std::is_move_constructible_v<T> &&
                         !std::is_copy_assignable_v<T> && !std::is_move_assignable_v<T>;

}  // namespace gilfree::testing
