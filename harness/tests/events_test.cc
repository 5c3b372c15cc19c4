#include "harness/record/events.h"

#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "harness/tests/support.h"

namespace harness::testing {
namespace {

class EventsTest : public ::testing::Test {
 protected:
  std::string file() const { return (folder.path() / "events.jsonl").string(); }

  std::string refusal() const {
    return message_of<std::runtime_error>([&] { read_events(folder.path()); });
  }

  TemporaryFolder folder;
};

TEST_F(EventsTest, WhatWasAppendedIsReadBackInOrder) {
  {
    EventLog log(folder.path());
    log.append({{"event", "run"}, {"n", 1}});
    log.append({{"event", "end"}, {"n", 2}});
  }
  const auto events = read_events(folder.path());
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0], Json({{"event", "run"}, {"n", 1}}));
  EXPECT_EQ(events[1]["n"], 2);
}

TEST_F(EventsTest, EachEventIsInTheFileAsSoonAsItIsAppended) {
  EventLog log(folder.path());
  log.append({{"n", 1}});
  EXPECT_EQ(folder.read("events.jsonl"), "{\"n\":1}\n");
}

// A kill in the middle of a write leaves any prefix of the last line.
TEST_F(EventsTest, ALastLineThatWasCutShortIsLeftOutWhereverItWasCut) {
  const std::string whole = "{\"event\":\"run\"}\n",
                    last = "{\"event\":\"end\",\"n\":{\"ops\":12}}";
  for (std::size_t length = 0; length < last.size(); ++length) {
    folder.write("events.jsonl", whole + last.substr(0, length));
    EXPECT_EQ(read_events(folder.path()).size(), 1u) << length;
  }
  folder.write("events.jsonl", whole + last);
  EXPECT_EQ(read_events(folder.path()).size(), 2u);
}

TEST_F(EventsTest, ADamagedLineIsNamedWithTheRemedyEvenIfItIsTheLast) {
  for (const std::string after : {"", "{\"event\":\"end\"}\n"}) {
    for (const std::string& damaged : {std::string("{\"n\":"), std::string(""),
                                       std::string(2, '\0'), std::string(100'000, '[')}) {
      folder.write("events.jsonl", "{\"event\":\"run\"}\n" + damaged + "\n" + after);
      EXPECT_EQ(refusal(), file() + ": line 2: is not JSON; delete that line to use the rest");
    }
  }
}

TEST_F(EventsTest, AnEventThatBreaksARuleIsNamedWithItsLine) {
  folder.write("events.jsonl", "{\"event\":\"run\"}\n[1]\n");
  EXPECT_EQ(refusal(), file() + ": line 2: is not a JSON object");
}

TEST_F(EventsTest, AFileWithoutAWholeLineIsNoRun) {
  const std::string said =
      file() + ": line 1: does not begin with a run; name a folder that `run` wrote";
  for (const std::string text : {"", "{\"event\":"}) {
    folder.write("events.jsonl", text);
    EXPECT_EQ(refusal(), said);
  }
}

TEST_F(EventsTest, AFolderWithoutARunSaysSo) {
  EXPECT_EQ(message_of<std::runtime_error>([&] { read_events(folder.path()); }),
            file() + ": no such run; name a folder that `run` wrote");
}

TEST_F(EventsTest, OneCommandAtATimeWritesToAFolderWhateverItsLogIsCalled) {
  {
    EventLog one(folder.path(), "aa.jsonl");
    for (const std::string name : {"aa.jsonl", "events.jsonl"}) {
      EXPECT_EQ(message_of<BadUsage>([&] { EventLog other(folder.path(), name); }),
                folder.path().string() + ": a run is still writing to it");
    }
  }
  EventLog other(folder.path());
}

TEST_F(EventsTest, NothingIsAppendedToAFileThatWasMovedOrRemovedMeanwhile) {
  const auto out = folder.path() / "out", moved = folder.path() / "moved";
  std::filesystem::create_directory(out);
  EventLog log(out);
  log.append({{"n", 1}});
  std::filesystem::rename(out, moved);
  const auto said = [&] { return message_of<LogMoved>([&] { log.append({{"n", 2}}); }); };
  EXPECT_NE(said().find("out/events.jsonl: it was moved or removed"), std::string::npos);
  std::filesystem::create_directory(out);
  folder.write("out/events.jsonl", "another's\n");
  EXPECT_NE(said().find("it was moved or removed"), std::string::npos);
  EXPECT_EQ(folder.read("moved/events.jsonl"), "{\"n\":1}\n");
}

// Words that a launch wrote may be in any encoding; they must not end the run.
TEST_F(EventsTest, BytesThatAreNoTextAreReplaced) {
  EventLog(folder.path()).append({{"event", "run"}, {"error", "caf\xe9"}});
  EXPECT_EQ(read_events(folder.path()).at(0)["error"], "caf\xef\xbf\xbd");
}

TEST_F(EventsTest, AFullDiskIsSaidWithTheFilesName) {
  folder.make_full("events.jsonl");
  EventLog log(folder.path());
  EXPECT_EQ(message_of<CannotWrite>([&] {
              log.append({{"n", 1}});
            }),
            file() + ": No space left on device");
}

TEST_F(EventsTest, AFolderThatIsNotThereCannotBeWrittenTo) {
  const auto nowhere = folder.path() / "nowhere";
  EXPECT_EQ(message_of<CannotWrite>([&] { EventLog log(nowhere); }),
            (nowhere / "events.jsonl").string() + ": No such file or directory");
}

}  // namespace
}  // namespace harness::testing
