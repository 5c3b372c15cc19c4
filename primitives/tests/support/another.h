// ask_another: asks another thread or another process, as the scope has it.
//
//   EXPECT_FALSE(ask_another<S>([&] { return lock.try_lock(); }));
#pragma once

#include <cstdint>
#include <functional>
#include <system_error>

#include "gilfree/deadline.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {

template <Scope S>
std::int64_t ask_another(const std::function<std::int64_t()>& question) {
  Ledger<S> answer(1);
  Crew<S> other;
  other.start(1, [&](int) { answer[0] = question(); });
  other.join();
  return answer[0];
}

// Returns how long another one waits until its deadline: -1ns if it got what it waited for.
template <Scope S>
std::chrono::nanoseconds others_patience(const std::function<bool()>& wait) {
  return std::chrono::nanoseconds(ask_another<S>([&]() -> std::int64_t {
    const auto start = Clock::now();
    return wait() ? -1 : (Clock::now() - start).count();
  }));
}

// What kind of std::system_error `action` throws; none: std::errc().
inline std::errc error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::system_error& error) {
    return static_cast<std::errc>(error.code().value());
  }
  return {};
}

}  // namespace gilfree::testing
