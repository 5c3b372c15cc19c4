// The log of `ab` and `aa`: a command that is killed at any byte of it goes on with what is there.
#include "harness/command/verdicts/settings_log.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "harness/base/errors.h"
#include "harness/base/json.h"
#include "harness/tests/support.h"

namespace harness::testing {
namespace {

class SettingsLogTest : public ::testing::Test {
 protected:
  // Opens what is there, appends `last` unless it is null, and returns the lines that were read.
  std::vector<Json> resumed(const Json& last = nullptr) const {
    std::vector<Json> lines;
    SettingsLog log(names);
    log.open(folder.path(), true, settings, [&](const Json& line) {
      if (line.at("trial") < 0) throw std::runtime_error("none");
      lines.push_back(line);
    });
    if (!last.is_null()) log.append(last);
    return lines;
  }
  std::string refusal() const {
    return message_of<BadUsage>([this] { resumed(); });
  }
  std::string file() const { return (folder.path() / names.file).string(); }

  const TemporaryFolder folder;
  const SettingsLog::Names names{"aa.jsonl", "trial", "trials"};
  const Json settings = {{"rounds", 12}, {"delta", 5}};
  const std::string first = to_text(settings) + "\n";
};

TEST_F(SettingsLogTest, ANewOneBeginsWithTheSettingsAndHasALineForEachThatIsAppended) {
  const auto place = folder.path() / "new";
  SettingsLog log(names);
  log.open(place, false, settings, [](const Json&) { FAIL() << "nothing is there"; });
  log.append({{"trial", 1}});
  EXPECT_EQ(folder.read("new/aa.jsonl"), first + "{\"trial\":1}\n");
  EXPECT_NE(message_of<BadUsage>([&] {
              SettingsLog(names).open(place, false, settings, [](const Json&) {});
            }).find("holds trials already; name another folder, or go on with them by --resume"),
            std::string::npos);
}

// A line that has all but its line feed is whole.
TEST_F(SettingsLogTest, CutAtAnyByteItKeepsTheWholeLinesAndIsAWholeLogAgain) {
  const std::string one = first + "{\"trial\":1}\n", all = one + "{\"trial\":2}\n";
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    folder.write(names.file, all.substr(0, cut));
    const std::size_t kept = cut + 1 >= all.size() ? 2 : cut + 1 >= one.size() ? 1 : 0;
    ASSERT_EQ(resumed({{"trial", 3}}).size(), kept) << "cut at " << cut;
    const auto again = resumed();
    ASSERT_EQ(again.size(), kept + 1) << "cut at " << cut;
    EXPECT_EQ(again.back(), Json({{"trial", 3}}));
  }
}

TEST_F(SettingsLogTest, OtherSettingsAreRefused) {
  folder.write(names.file, "{\"delta\":5,\"rounds\":6,\"cases\":[1]}\n");
  EXPECT_EQ(refusal(),
            "--resume: the trials in " + folder.path().string() +
                " were made otherwise (cases; rounds 6 there, 12 here); name another --out");
  folder.write(names.file, "12\n");
  EXPECT_EQ(refusal(),
            "--resume: " + file() + ": line 1 does not have the settings; name another --out");
}

TEST_F(SettingsLogTest, ADamagedLineIsNamedAndNothingIsTakenFromTheFile) {
  const std::string damaged = first + "{\"trial\":1}\n{\"trial\":-1}\n{\"trial\":3}\n";
  folder.write(names.file, damaged);
  EXPECT_EQ(refusal(),
            "--resume: " + file() + ": line 3 is no trial; delete that line to use the rest");
  EXPECT_EQ(folder.read(names.file), damaged);
}

TEST_F(SettingsLogTest, WhereThereIsNoneNothingCanBeResumed) {
  EXPECT_EQ(refusal(),
            "--resume: " + folder.path().string() + " has no trials; leave --resume out");
}

}  // namespace
}  // namespace harness::testing
