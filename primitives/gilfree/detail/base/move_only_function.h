// MoveOnlyFunction: a callable of any type, as std::move_only_function of C++23: it may own objects
// that can be moved but not copied.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace gilfree::detail {

template <typename Result>
class MoveOnlyFunction {
 public:
  MoveOnlyFunction() = default;

  // Where Result is int, a callable that returns nothing gives 0.
  template <typename Callable>
  explicit MoveOnlyFunction(Callable callable)
      : held_(std::make_unique<Held<Callable>>(std::move(callable))) {}

  explicit operator bool() const { return held_ != nullptr; }
  Result operator()() { return held_->call(); }

 private:
  struct Any {
    virtual ~Any() = default;
    virtual Result call() = 0;
  };
  template <typename Callable>
  struct Held : Any {
    explicit Held(Callable c) : callable(std::move(c)) {}
    Result call() override {
      using Given = std::invoke_result_t<Callable&>;
      if constexpr (std::is_void_v<Result> || std::is_convertible_v<Given, Result>) {
        return static_cast<Result>(callable());
      } else {
        callable();
        return Result();
      }
    }
    Callable callable;
  };

  std::unique_ptr<Any> held_;
};

}  // namespace gilfree::detail
