// A trivially copyable callable as bytes: in processes that are copies of one another they mean the same.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>

namespace gilfree::detail {

template <typename Function>
std::byte* write_function(const Function& function, std::byte* to) {
  std::memcpy(to, static_cast<const void*>(&function), sizeof function);
  return to + sizeof function;
}

// Takes the function from `bytes` and moves them on.
template <typename Function>
class FunctionOf {
 public:
  explicit FunctionOf(const std::byte*& bytes) {
    std::memcpy(memory_, bytes, sizeof memory_);
    bytes += sizeof memory_;
  }
  Function& operator*() { return *std::launder(reinterpret_cast<Function*>(memory_)); }

 private:
  alignas(Function) std::byte memory_[sizeof(Function)];
};

}  // namespace gilfree::detail
