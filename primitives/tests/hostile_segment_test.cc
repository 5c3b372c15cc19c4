// An unrelated process writes any bytes into a named object while calls go on (fuzz/hostile_segment.h), of
// each kind: each call returns, or throws what its header documents. By chance, but the same each time:
//
//   GILFREE_FUZZ_SEED=7 GILFREE_FUZZ_RUNS=1000000 hostile_segment_test       # others, and more of them
#include "primitives/tests/fuzz/hostile_segment.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

std::uint64_t asked_for(const char* variable, std::uint64_t otherwise) {
  const char* value = std::getenv(variable);
  return value != nullptr ? std::strtoull(value, nullptr, 10) : otherwise;
}

// SplitMix64 (Steele, Lea, Flood 2014): the same numbers from one seed, whatever the standard library.
class Generator : public Choices {
 public:
  explicit Generator(std::uint64_t seed) : state_(seed) {}
  std::uint64_t between(std::uint64_t least, std::uint64_t most) override {
    return least + next() % (most - least + 1);
  }
  bool more() override { return true; }

 private:
  std::uint64_t next() {
    std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
  }

  std::uint64_t state_;
};

class HostileSegmentTest : public ::testing::TestWithParam<HostileKind> {
 protected:
  // A hang ends the program: ten seconds for the runs of a test, and more for more of them.
  static void allow_for(std::uint64_t runs) { ::alarm(static_cast<unsigned>(60 + runs / 100)); }
  void TearDown() override { ::alarm(0); }
};

TEST_P(HostileSegmentTest, WhateverIsWrittenThereEachCallReturnsOrThrowsWhatItsHeaderSays) {
  const auto seed = asked_for("GILFREE_FUZZ_SEED", 1), runs = asked_for("GILFREE_FUZZ_RUNS", 300);
  allow_for(runs);
  std::printf("seed %lu, %lu runs\n", seed, runs);
  for (std::uint64_t run = 0; run < runs; ++run) {
    SCOPED_TRACE("run " + std::to_string(run) + " of seed " + std::to_string(seed));
    Generator choices(seed << 32 ^ run);
    ASSERT_NO_THROW(GetParam().run(choices));
  }
}

INSTANTIATE_TEST_SUITE_P(EachKind, HostileSegmentTest, ::testing::ValuesIn(kHostileKinds),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace gilfree::testing
