// SharedFlag: std::atomic<bool> for memory that other processes write. There a byte may hold any value, but a
// bool must hold 0 or 1, or its load is undefined; here all but 0 is true. It compiles to the same.
#pragma once

#include <atomic>
#include <cstdint>

namespace gilfree::detail {

class SharedFlag {
 public:
  [[gnu::always_inline]] bool load(std::memory_order order) const { return byte_.load(order) != 0; }
  void store(bool value, std::memory_order order) { byte_.store(value ? 1 : 0, order); }

 private:
  std::atomic<std::uint8_t> byte_{0};
};

}  // namespace gilfree::detail
