// docs/contender-program.md is all that a program in another language knows of the shared memory: each number on it is
// compared with the headers.
#include <gtest/gtest.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <regex>
#include <string>

#include "harness/base/files.h"
#include "harness/measure/tally.h"
#include "harness/record/environment.h"

namespace harness::testing {
namespace {

std::string page() {
  return read_text(source_dir() + "/harness/docs/contender-program.md").value_or("");
}

// Returns the offset of each field that the table names; of those of a tally without n * `tally_bytes`.
std::map<std::string, std::size_t> offsets(const std::string& text) {
  const std::regex row(R"(\n\| (\d+)( \+ n \* `tally_bytes`)? \| `(\w+)`)");
  std::map<std::string, std::size_t> found;
  for (std::sregex_iterator at(text.begin(), text.end(), row), end; at != end; ++at) {
    found[(*at)[3]] = std::stoul((*at)[1]);
  }
  return found;
}

TEST(TallyPageTest, EachFieldIsWhereTheHeadersHaveIt) {
  constexpr std::size_t kTally = sizeof(ControlHeader);
  const std::map<std::string, std::size_t> expected = {
      {"window", offsetof(ControlHeader, window)},
      {"tally_bytes", offsetof(ControlHeader, tally_bytes)},
      {"parties", offsetof(ControlHeader, parties)},
      {"windows", offsetof(ControlHeader, windows)},
      {"magic", offsetof(ControlHeader, magic)},
      {"version", offsetof(ControlHeader, version)},
      {"ops", kTally + offsetof(Tally, ops)},
      {"bytes", kTally + offsetof(Tally, bytes)},
      {"errors", kTally + offsetof(Tally, errors)},
      {"histograms", kTally + offsetof(Tally, latency)},
  };
  EXPECT_EQ(offsets(page()), expected);
}

TEST(TallyPageTest, TheNumbersInItsSentencesAreThoseOfTheHeaders) {
  const std::string text = page();
  const auto number = [](std::size_t n) { return std::to_string(n); };
  for (const std::string& sentence : {
           "## The shared memory, version " + number(ControlHeader::kVersion) + "\n",
           "| size of a tally, " + number(sizeof(Tally)) + " |",
           "of this launch, at most " + number(kMaxWindows) + " |",
           number(Histogram::kBuckets) + " counts for each of " + number(kMaxWindows) + " windows",
           "begins at word (w - 1) * " + number(sizeof(Histogram) / 8) + ".",
           "| below " + number(Histogram::kFirst) + " | t |",
           "| below 2^" + number(Histogram::kMaxBits) + " | 64 * (bits - 7) + (t >> (bits - 7)) |",
           "| from 2^" + number(Histogram::kMaxBits) + " on | " + number(Histogram::kBuckets - 1) +
               " |",
       }) {
    EXPECT_NE(text.find(sentence), std::string::npos) << sentence;
  }
  EXPECT_EQ(ControlHeader::kStop, ~std::uint64_t{0});  // 2^64 - 1
}

TEST(TallyPageTest, TheMagicIsTheWordThatItNames) {
  const ControlHeader header;
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(&header.magic), 8), "glftally");
}

// The formula of the page, for the values at each edge of a bucket's width.
TEST(TallyPageTest, ItsFormulaGivesTheBucketsOfTheHistogram) {
  const auto bucket = [](std::uint64_t t) -> int {
    const int bits = std::bit_width(t);
    if (t < 128) return static_cast<int>(t);
    if (t < std::uint64_t{1} << 40) return 64 * (bits - 7) + static_cast<int>(t >> (bits - 7));
    return 2239;
  };
  for (int bit = 0; bit < 64; ++bit) {
    for (const std::uint64_t t : {(std::uint64_t{1} << bit) - 1, std::uint64_t{1} << bit,
                                  (std::uint64_t{1} << bit) + (std::uint64_t{1} << bit / 2)}) {
      EXPECT_EQ(bucket(t), Histogram::bucket(t)) << t;
    }
  }
}

}  // namespace
}  // namespace harness::testing
