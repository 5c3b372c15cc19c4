#include "harness/record/folder.h"

#include <gtest/gtest.h>

#include "harness/base/errors.h"
#include "harness/tests/support.h"

namespace harness::testing {
namespace {

namespace fs = std::filesystem;

class FolderTest : public ::testing::Test {
 protected:
  std::string refusal(const fs::path& path) const {
    return message_of<BadUsage>([&] { Folder folder(path); });
  }

  TemporaryFolder top;
};

TEST_F(FolderTest, AFolderIsMadeWithThoseAboveIt) {
  const Folder folder(top.path() / "a" / "b");
  EXPECT_TRUE(fs::is_directory(top.path() / "a" / "b"));
  EXPECT_EQ(folder.path(), top.path() / "a" / "b");
}

TEST_F(FolderTest, OneThatIsThereMayHoldOtherThings) {
  top.write("notes.txt", "mine");
  const Folder folder(top.path());
  folder.take_back();
  EXPECT_EQ(top.read("notes.txt"), "mine");
}

TEST_F(FolderTest, OneThatHoldsARunIsRefused) {
  top.write("events.jsonl", "");
  EXPECT_EQ(refusal(top.path()),
            "--out: " + top.path().string() + " holds a run already; name another folder");
  EXPECT_TRUE(fs::exists(top.path() / "events.jsonl"));
}

TEST_F(FolderTest, AFileIsNoFolder) {
  top.write("file", "text");
  EXPECT_EQ(refusal(top.path() / "file"),
            "--out: " + (top.path() / "file").string() + " is not a folder");
  EXPECT_EQ(
      refusal(top.path() / "file" / "below"),
      "--out: cannot write to " + (top.path() / "file" / "below").string() + " (Not a directory)");
  EXPECT_EQ(top.read("file"), "text");
}

TEST_F(FolderTest, WhereNothingCanBeMadeNothingIsLeft) {
  EXPECT_EQ(refusal("/proc/self/run"),
            "--out: cannot write to /proc/self/run (No such file or directory)");
  EXPECT_EQ(refusal("/proc/nowhere/run"),
            "--out: cannot write to /proc/nowhere/run (No such file or directory)");
  fs::create_symlink("/nonexistent", top.path() / "link");
  const std::string link = (top.path() / "link").string();
  for (const std::string& path : {link, link + "/below"}) {
    EXPECT_EQ(refusal(path), "--out: cannot write to " + path + " (" + link +
                                 " is a symbolic link that leads nowhere)");
  }
  EXPECT_TRUE(fs::is_symlink(top.path() / "link"));
}

TEST_F(FolderTest, ARefusalNamesTheOptionThatNamedTheFolder) {
  EXPECT_EQ(refusal(""), "--out: the name of the folder is empty");
  EXPECT_EQ(message_of<BadUsage>([&] { Folder folder("", "log", "--save-baseline"); }),
            "--save-baseline: the name of the folder is empty");
}

TEST_F(FolderTest, TakingBackLeavesWhatWasThereBefore) {
  fs::create_directory(top.path() / "before");
  const Folder folder(top.path() / "before" / "a" / "b/");
  top.write("before/a/b/events.jsonl", "{}");
  folder.take_back();
  EXPECT_TRUE(fs::is_directory(top.path() / "before"));
  EXPECT_FALSE(fs::exists(top.path() / "before" / "a"));
}

TEST_F(FolderTest, TakingBackLeavesWhatOthersPutThere) {
  const Folder folder(top.path() / "a" / "b");
  top.write("a/notes.txt", "mine");
  folder.take_back();
  EXPECT_FALSE(fs::exists(top.path() / "a" / "b"));
  EXPECT_EQ(top.read("a/notes.txt"), "mine");
}

TEST_F(FolderTest, OfTwoRunsThatNameOneFolderOneGetsIt) {
  const Folder folder(top.path() / "out");
  EXPECT_EQ(refusal(top.path() / "out"), "--out: " + (top.path() / "out").string() +
                                             " holds a run already; name another folder");
}

TEST_F(FolderTest, ResultsWithNamesInCommonDoNotShareAFolder) {
  const auto said = [&](const std::string& there, const std::string& log) {
    const auto folder = top.path() / (there + log);
    fs::create_directory(folder);
    top.write(there + log + "/" + there, "");
    try {
      const Folder one(folder, log);
    } catch (const BadUsage& why) {
      EXPECT_FALSE(fs::exists(folder / log)) << there << " " << log;
      const std::string refused = why.what();
      return refused.substr(0, refused.find(" already")).substr(refused.find(" holds ") + 1);
    }
    return std::string();
  };
  EXPECT_EQ(said("ab.jsonl", "aa.jsonl"), "holds an `ab`");
  EXPECT_EQ(said("aa.jsonl", "ab.jsonl"), "holds an `aa`");
  EXPECT_EQ(said("ab.jsonl", "events.jsonl"), "holds an `ab`");
  EXPECT_EQ(said("events.jsonl", "ab.jsonl"), "holds a run");
  EXPECT_EQ(said("events.jsonl", "aa.jsonl"), "");  // the report of a run shows it
  EXPECT_EQ(said("aa.jsonl", "events.jsonl"), "");
}

TEST_F(FolderTest, AFreshFolderIsOfThisRunAlone) {
  const auto wanted = top.path() / "deep" / "2026-11-28-quick";
  EXPECT_EQ(Folder::fresh(wanted).path(), wanted);
  EXPECT_EQ(Folder::fresh(wanted).path(), wanted.string() + "-2");
  EXPECT_EQ(Folder::fresh(wanted).path(), wanted.string() + "-3");
}

TEST_F(FolderTest, AFreshFolderThatCannotBeMadeIsRefused) {
  top.write("file", "text");
  const auto wanted = top.path() / "file" / "below";
  EXPECT_EQ(message_of<BadUsage>([&] { Folder::fresh(wanted); }),
            "--out: cannot write to " + wanted.string() + " (Not a directory)");
}

TEST_F(FolderTest, WithoutACurrentFolderAWholePathIsNeeded) {
  const auto before = fs::current_path();
  fs::create_directory(top.path() / "gone");
  fs::current_path(top.path() / "gone");
  fs::remove(top.path() / "gone");
  EXPECT_EQ(refusal("out"), "--out: the current folder is gone; name the whole path");
  fs::current_path(before);
}

}  // namespace
}  // namespace harness::testing
