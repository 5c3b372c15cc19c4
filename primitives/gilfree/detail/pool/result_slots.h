// ResultSlots: the outcomes of the items of a job: for each a value or an exception, written once.
//
// Each item is written by one thread, and read once all are there (shared_result.h orders the two).
#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace gilfree::detail {

// Values that may be written as bytes, and handed out as the vector in which they arrived.
template <typename Value>
concept Plain = std::is_trivially_copyable_v<Value> && std::default_initializable<Value> &&
    !std::same_as<Value, bool>;

template <typename Value>
class ResultSlots {
 public:
  explicit ResultSlots(std::size_t size)
      : size_(size), more_(size > 1 ? std::make_unique<Outcome[]>(size) : nullptr) {}

  void set(std::size_t item, Value value) { outcome(item).template emplace<1>(std::move(value)); }
  // set() for a loop over many items.
  auto writer() {
    return [this](std::size_t item, Value value) { set(item, std::move(value)); };
  }
  void set_error(std::size_t item, std::exception_ptr error) {
    outcome(item).template emplace<2>(std::move(error));
  }

  bool succeeded() {
    for (std::size_t item = 0; item < size_; ++item) {
      if (outcome(item).index() != 1) return false;
    }
    return true;
  }
  // The value of `item`, or the exception it became.
  Value& at(std::size_t item) {
    if (outcome(item).index() == 2) std::rethrow_exception(std::get<2>(outcome(item)));
    return std::get<1>(outcome(item));
  }

 private:
  using Outcome = std::variant<std::monostate, Value, std::exception_ptr>;

  Outcome& outcome(std::size_t item) { return more_ ? more_[item] : one_; }

  const std::size_t size_;
  Outcome one_;
  const std::unique_ptr<Outcome[]> more_;  // if there are several
};

template <Plain Value>
class ResultSlots<Value> {
 public:
  explicit ResultSlots(std::size_t size)
      : many_(size > 1 ? std::make_unique<Many>(size) : nullptr) {}

  void set(std::size_t item, const Value& value) { of(item) = value; }
  auto writer() {
    return [values = &of(0)](std::size_t item, const Value& value) { values[item] = value; };
  }
  void set_all(std::size_t first, std::size_t count, const std::byte* bytes) {
    std::memcpy(static_cast<void*>(&of(first)), bytes, count * sizeof(Value));
  }
  void set_error(std::size_t item, std::exception_ptr error) {
    if (!many_) {
      error_ = std::move(error);
    } else {
      const std::lock_guard lock(many_->mutex);
      many_->errors.emplace(item, std::move(error));
    }
  }

  bool succeeded() const { return many_ ? many_->errors.empty() : !error_; }
  Value& at(std::size_t item) {
    if (!succeeded()) [[unlikely]]
      throw_error_of(item);
    return of(item);
  }
  // Of several; throws what the first became that is none.
  std::vector<Value>& all() {
    if (!succeeded()) std::rethrow_exception(many_->errors.begin()->second);
    return many_->values;
  }

 private:
  struct Many {
    explicit Many(std::size_t size) : values(size) {}
    std::vector<Value> values;
    std::mutex mutex;  // guards errors while they are written
    std::map<std::size_t, std::exception_ptr> errors;
  };

  Value& of(std::size_t item) { return many_ ? many_->values[item] : one_; }
  void throw_error_of(std::size_t item) const {
    if (!many_) std::rethrow_exception(error_);
    const auto error = many_->errors.find(item);
    if (error != many_->errors.end()) std::rethrow_exception(error->second);
  }

  Value one_{};
  std::exception_ptr error_;
  const std::unique_ptr<Many> many_;  // if there are several
};

}  // namespace gilfree::detail
