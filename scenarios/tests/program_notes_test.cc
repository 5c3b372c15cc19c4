// What a contender program writes to its standard output: its `r`, its notes, and what is neither.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/json.h"
#include "scenarios/support/program.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

using std::string;

// Runs shell commands as a contender program called "mine". They count nothing, so a launch that measures waits for
// their end.
class ProgramNotesTest : public ::testing::Test {
 protected:
  void run(const string& script) { run_program(launch_.run(), "mine", {"/bin/sh", "-c", script}); }

  string error_of(const string& script) {
    return message_of<std::runtime_error>([&] { run(script); });
  }
  string skip_of(const string& script) {
    return message_of<harness::Skipped>([&] { run(script); });
  }
  static string no_note(const string& line) {
    return "the mine program wrote '" + line +
           "', which is no note; write all else to standard error "
           "(harness/docs/contender-program.md)";
  }
  // The first line begins behind the byte r.
  static string no_first_note(const string& line) {
    return "the mine program wrote 'r" + line + "': the byte r, then '" + line +
           "', which is no note; the first byte is r alone, and all else than notes goes to "
           "standard error (harness/docs/contender-program.md)";
  }
  static string refused(const string& line, const string& values) {
    return "mine: the note '" + line + "' is refused; " + line.substr(0, line.find(' ')) + " is " +
           values + " (harness/docs/contender-program.md)";
  }
  harness::Json& facts() { return launch_.facts(); }

 private:
  TestLaunch launch_{{}};
};

TEST_F(ProgramNotesTest, EachColumnThatAProgramMayNoteIsNoted) {
  run("printf r; printf 'verified 1\\nprimitive ring\\nwait spin\\nscope thread\\nmax_inside "
      "3\\nmax_wait_ns 70\\ngil off\\n'");
  const std::pair<const char*, const char*> all[] = {
      {"verified", "1"},   {"primitive", "ring"}, {"wait", "spin"}, {"scope", "thread"},
      {"max_inside", "3"}, {"max_wait_ns", "70"}, {"gil", "off"}};
  for (const auto& [column, value] : all) EXPECT_EQ(facts()[column], value);
}

// A row that said `impl queue` would be one of gilfree's Queue.
TEST_F(ProgramNotesTest, AColumnThatIsMeasuredHereFailsTheLaunch) {
  for (const string column : {"impl", "ops", "ops_per_s", "lat_p50_ns", "status", "scenario",
                              "checksum_ok", "msg_bytes", "saturated", "launch"}) {
    EXPECT_EQ(error_of("printf r; echo; echo " + column + " 1"), no_note(column + " 1"));
    EXPECT_FALSE(facts().contains(column));
  }
}

TEST_F(ProgramNotesTest, AColumnWithoutAValueDoesNotTakeTheNextLineForOne) {
  EXPECT_EQ(error_of("printf r; printf '\\nwait\\nverified 1\\n'"), no_note("wait"));
  EXPECT_EQ(error_of("printf r; printf '\\nwait   \\nverified 1\\n'"), no_note("wait   "));
}

TEST_F(ProgramNotesTest, WhatIsNoNoteIsQuotedUpToEightyBytes) {
  EXPECT_EQ(error_of("printf r; echo; echo 'all went well'"), no_note("all went well"));
  EXPECT_EQ(error_of("printf r; printf '\\n%200s\\n' x"), no_note(string(80, ' ') + "..."));
}

// "ready" begins with an r, so it is measured all the same.
TEST_F(ProgramNotesTest, AWordThatBeginsWithAnRIsNotTheByteR) {
  EXPECT_EQ(error_of("echo ready"), no_first_note("eady"));
  EXPECT_EQ(error_of("printf r; echo impl queue"), no_first_note("impl queue"));
  EXPECT_EQ(error_of("printf 'r\\nimpl queue\\n'"), no_note("impl queue"));
}

// A row that said `scope moon` would be one of a section "Moon" of the report.
TEST_F(ProgramNotesTest, AValueThatAColumnDoesNotHaveFailsTheLaunch) {
  const std::pair<const char*, std::vector<const char*>> all[] = {
      {"block, spin, yield or adaptive", {"wait banana", "wait Block", "wait spin spin"}},
      {"process or thread", {"scope moon", "scope threads"}},
      {"on or off", {"gil 1"}},
      {"0 or 1", {"verified -5", "verified 7", "verified 1.0", "verified yes", "verified 01"}},
      {"a whole number from 0 on",
       {"max_inside -1", "max_inside 1.5", "max_wait_ns nan", "max_wait_ns 99999999999999999999"}}};
  for (const auto& [values, lines] : all) {
    for (const string line : lines) {
      EXPECT_EQ(error_of("printf r; echo " + line), refused(line, values));
      EXPECT_FALSE(facts().contains(line.substr(0, line.find(' ')))) << line;
    }
  }
}

TEST_F(ProgramNotesTest, EmptyLinesAndAMissingLastNewlineAreNothing) {
  run("printf r; printf '\\n\\nverified 1\\n\\nwait block'");
  EXPECT_EQ(facts()["verified"], "1");
  EXPECT_EQ(facts()["wait"], "block");
}

TEST_F(ProgramNotesTest, AValueKeepsItsSpacesBetweenWords) {
  run("printf r; echo 'primitive   a pair of  pipes'");
  EXPECT_EQ(facts()["primitive"], "a pair of  pipes");
}

TEST_F(ProgramNotesTest, TheLastOfTwoNotesOfAColumnCounts) {
  run("printf r; printf 'verified 0\\nverified 1\\n'");
  EXPECT_EQ(facts()["verified"], "1");
}

TEST_F(ProgramNotesTest, NoNotesAtAllAreFine) {
  run("printf r");
  EXPECT_FALSE(facts().contains("verified"));
}

TEST_F(ProgramNotesTest, AnErrorAfterGoodNotesFailsTheLaunch) {
  EXPECT_EQ(error_of("printf r; printf 'verified 1\\nerror out of pigeons\\nwait block\\n'"),
            "mine: out of pigeons");
}

TEST_F(ProgramNotesTest, AnErrorWithoutAReasonStillFailsTheLaunch) {
  EXPECT_EQ(error_of("printf r; echo error"), "mine: it gave no reason");
  EXPECT_EQ(skip_of("echo skipped"), "mine: it gave no reason");
}

// Without a look at the first line the launch would wait for the program, and the program for the windows.
TEST_F(ProgramNotesTest, OneThatWritesBeforeItBeginsFailsAtOnceThoughItDoesNotEnd) {
  EXPECT_EQ(error_of("echo starting; exec sleep 1000"), no_note("starting"));
}

TEST_F(ProgramNotesTest, OneThatSkipsAndDoesNotEndIsSkippedAndEnded) {
  EXPECT_EQ(skip_of("echo skipped no room; exec sleep 1000"), "mine: no room");
}

TEST_F(ProgramNotesTest, OneThatNotesAnErrorBeforeItBeginsAndDoesNotEndIsEnded) {
  EXPECT_EQ(error_of("echo error no room; exec sleep 1000"), "mine: no room");
}

TEST_F(ProgramNotesTest, APieceOfALineBeforeItsDeathIsANoteOrNone) {
  EXPECT_EQ(error_of("printf 'error half'"), "mine: half");
  EXPECT_EQ(error_of("printf star"), no_note("star"));
}

TEST_F(ProgramNotesTest, AnEmptyFirstLineIsNoBeginning) {
  EXPECT_EQ(error_of("echo"),
            "the mine program ended before it wrote the byte r, which opens the windows "
            "(harness/docs/contender-program.md)");
}

TEST_F(ProgramNotesTest, ALineWithoutAnEndBeforeItBeginsDoesNotFillTheMemory) {
  const string said = error_of("yes 012345678901234567890123456789 | tr -d '\\n'");
  EXPECT_TRUE(said.starts_with("the mine program wrote '0123456789")) << said;
  EXPECT_LT(said.size(), 200u);
}

// Of 64 KiB of notes the last would be cut short and be called no note; of whole ones the program would wait for ever
// to write the next.
TEST_F(ProgramNotesTest, NotesWithoutEndFailTheLaunch) {
  const string said =
      "the mine program wrote 64 KiB and more to standard output, which is for notes; write all "
      "else to standard error (harness/docs/contender-program.md)";
  EXPECT_EQ(error_of("printf r; yes 'verified 1'"), said);
  EXPECT_EQ(error_of("printf r; yes 'impl 1'"), said);
}

TEST_F(ProgramNotesTest, BytesThatAreNoTextAreQuotedAsQuestionMarks) {
  EXPECT_EQ(error_of("printf 'r\\033[2J\\000\\001x\\n'"), no_first_note("?[2J??x"));
  EXPECT_EQ(error_of("printf r; printf 'verified \\033[2J\\n'"),
            refused("verified ?[2J", "0 or 1"));
}

TEST_F(ProgramNotesTest, WhatItWritesToStandardErrorIsNoNote) {
  run("echo impl queue >&2; printf r; echo impl queue >&2; echo verified 1");
  EXPECT_EQ(facts()["verified"], "1");
  EXPECT_FALSE(facts().contains("impl"));
}

TEST_F(ProgramNotesTest, ItsArgumentsReachItAsTheyAre) {
  TestLaunch launch({});
  run_program(launch.run(), "mine",
              {"/bin/sh", "-c", "printf r; echo \"primitive $#:$1:$2:$3\"", "name", "", "two words",
               "$HOME'\""});
  EXPECT_EQ(launch.facts()["primitive"], "3::two words:$HOME'\"");
}

TEST_F(ProgramNotesTest, AProgramThatIsNotThereIsNamed) {
  TestLaunch launch({});
  EXPECT_EQ(message_of<std::runtime_error>(
                [&] { run_program(launch.run(), "mine", {"/no/such/program"}); }),
            "mine program: cannot run /no/such/program: No such file or directory");
}

TEST_F(ProgramNotesTest, AProgramThatMayNotRunOrWhoseInterpreterIsMissingSaysWhich) {
  const harness::testing::TemporaryFolder folder;
  const string path = folder.path() / "prog";
  std::ofstream(path) << "#!/no/such/python\n";
  ::chmod(path.c_str(), 0600);
  TestLaunch launch({});
  const auto error = [&] {
    return message_of<std::runtime_error>([&] { run_program(launch.run(), "mine", {path}); });
  };
  EXPECT_EQ(error(), "mine program: cannot run " + path + ": Permission denied");
  ::chmod(path.c_str(), 0700);
  EXPECT_EQ(error(), "mine program: cannot run " + path +
                         ": No such file or directory (the interpreter that its first line names)");
}

TEST_F(ProgramNotesTest, AProgramLeavesNoDescriptorOpen) {
  const auto open = [] {
    const auto all = std::filesystem::directory_iterator("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  run("printf r");
  const auto before = open();
  for (int i = 0; i < 3; ++i) run("printf r");
  EXPECT_EQ(error_of("printf r; echo impl 1"), no_first_note("impl 1"));
  EXPECT_EQ(skip_of("echo skipped no room"), "mine: no room");
  EXPECT_EQ(open(), before);
}

}  // namespace
}  // namespace scenarios::testing
