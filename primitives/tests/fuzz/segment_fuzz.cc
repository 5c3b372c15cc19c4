// Fuzzes named objects (hostile_segment.h): the input chooses a kind, and then what is written into it and
// called.
#include <fuzzer/FuzzedDataProvider.h>

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "primitives/tests/fuzz/hostile_segment.h"

namespace {

class Input : public gilfree::testing::Choices {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data, size) {}
  std::uint64_t between(std::uint64_t least, std::uint64_t most) override {
    return data_.ConsumeIntegralInRange(least, most);
  }
  bool more() override { return data_.remaining_bytes() > 0; }

 private:
  FuzzedDataProvider data_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using gilfree::testing::kHostileKinds;
  Input input(data, size);
  kHostileKinds[input.between(0, std::size(kHostileKinds) - 1)].run(input);
  return 0;
}
