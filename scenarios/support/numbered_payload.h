// NumberedPayload: the bytes of a message, with its number at the beginning and, from 16 bytes on, at
// the end, so that a receiver notices what is lost, torn or out of order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <optional>

namespace scenarios {

// It begins on a page: a copy whose source lies a few bytes before its target, by the last twelve bits
// of their addresses, takes twice as long, and the result would depend on the heap
// (primitives/docs/adr/0005-cache-lines-in-flight.md).
class NumberedPayload {
 public:
  static constexpr std::uint64_t kLast = ~std::uint64_t{0};  // the number of the last message

  explicit NumberedPayload(std::size_t bytes)
      : bytes_(static_cast<std::byte*>(std::aligned_alloc(kPage, (bytes + kPage) / kPage * kPage))),
        size_(bytes) {
    if (bytes_ == nullptr) throw std::bad_alloc();
    std::memset(data(), 0, size());
  }

  std::byte* data() { return bytes_.get(); }
  std::size_t size() const { return size_; }

  void set_number(std::uint64_t number) {
    std::memcpy(data(), &number, sizeof number);
    if (size() >= 16) std::memcpy(data() + size() - 8, &number, sizeof number);
  }
  // Returns nothing if the two ends disagree.
  std::optional<std::uint64_t> number() const {
    std::uint64_t first, last;
    std::memcpy(&first, bytes_.get(), sizeof first);
    std::memcpy(&last, bytes_.get() + (size() >= 16 ? size() - 8 : 0), sizeof last);
    return first == last ? std::optional(first) : std::nullopt;
  }

 private:
  static constexpr std::size_t kPage = 4096;
  struct Free {
    void operator()(std::byte* bytes) const { std::free(bytes); }
  };

  std::unique_ptr<std::byte, Free> bytes_;
  std::size_t size_;
};

}  // namespace scenarios
