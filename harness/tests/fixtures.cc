#include "harness/tests/fixtures.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include "harness/base/stage.h"

namespace harness::testing {
namespace {

using namespace std::chrono_literals;
using Body = void (*)(Run&);

// A party of its own that works until the windows are over.
template <typename Work>
void with_party(Run& run, Work work) {
  Tally& tally = run.tally(0);
  const pid_t launch = ::getpid(), party = ::fork();
  if (party == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != launch) ::_exit(1);  // it was killed before the line above
    while (run.running()) work(tally);
    ::_exit(0);
  }
  run.measure();
  ::waitpid(party, nullptr, 0);
}

// Of --injected-delay, which is added to each operation.
std::chrono::nanoseconds injected_delay{0};

// FIXTURE_PAUSE_US: how long an operation takes, for a test that compares builds.
std::chrono::microseconds pause_between() {
  const char* text = std::getenv("FIXTURE_PAUSE_US");
  return std::chrono::microseconds(text == nullptr ? 100 : std::atoi(text));
}

void count_steadily(Tally& tally) {
  static const auto pause = pause_between();
  tally.count(1, 8);
  tally.record(static_cast<std::uint64_t>(pause.count()) * 10);
  std::this_thread::sleep_for(pause + injected_delay);
}

void count_rarely(Tally& tally) {
  std::this_thread::sleep_for(5ms);
  tally.count(1, 8);
}

// FIXTURE_DELAYS: the file to which each launch adds its delay, in ns.
void take_delay(Run& run) {
  const auto ns = run.injected_delay_ns();
  injected_delay = std::chrono::nanoseconds(std::lround(ns.value_or(0)));
  if (const char* file = std::getenv("FIXTURE_DELAYS"); file != nullptr) {
    std::ofstream(file, std::ios::app)
        << (ns ? std::to_string(injected_delay.count()) : "none") << "\n";
  }
}

void count(Run& run) {
  run.note("verified", 1);
  const bool steady = run.text("who") != "rare";
  if (steady) take_delay(run);
  with_party(run, steady ? count_steadily : count_rarely);
}

// Never returns.
void sleep_for_ever() {
  while (true) ::pause();
}

// Fails, after words on stderr: others than the error's, or the same.
[[noreturn]] void fail_after(const char* words) {
  std::fprintf(stderr, "first\n%s\n", words);
  throw std::runtime_error("the cat ate it");
}

// Writes to every pipe that it inherited, the one for its rows among them.
void write_junk() {
  for (int fd = 3; fd < 64; ++fd) {
    struct stat status {};
    if (::fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode)) ::dprintf(fd, "{\"row\": [1, 2\n");
  }
  ::_exit(0);
}

// A sleeper that outlives its parent and says its number on stderr.
void leave_an_orphan() {
  if (const pid_t orphan = ::fork(); orphan == 0) {
    sleep_for_ever();
  } else {
    std::fprintf(stderr, "orphan %d\n", orphan);
    ::_exit(0);
  }
}

void complain_without_end() {
  while (true) std::fputs("trouble without end, and no end of trouble\n", stderr);
}

const std::map<std::string, Body>& troubles() {
  static const std::map<std::string, Body> all = {
      {"hang", [](Run&) { sleep_for_ever(); }},
      {"stopped", [](Run&) { ::raise(SIGSTOP); }},
      {"crash", [](Run&) { ::abort(); }},
      {"exit", [](Run&) { ::_exit(0); }},
      {"exit_7", [](Run&) { ::_exit(7); }},
      {"junk", [](Run&) { write_junk(); }},
      {"orphan", [](Run&) { leave_an_orphan(); }},
      {"flood", [](Run&) { complain_without_end(); }},
      {"throw", [](Run&) { throw std::runtime_error("the cat ate it"); }},
      {"stuck",
       [](Run&) {
         begin_stage("it looks for the cat");
         begin_stage("it waits for the cat");
         sleep_for_ever();
       }},
      {"stages",
       [](Run& run) {
         begin_stage("it counts");
         with_party(run, count_steadily);
       }},
      {"complain", [](Run&) { fail_after("a mouse is missing"); }},
      {"repeat", [](Run&) { fail_after("launch: the cat ate it"); }},
      {"binary",
       [](Run&) { throw std::runtime_error("a\n\x1b[31mb\xff" + std::string(70'000, 'x')); }},
      {"latin_1", [](Run&) { std::fputs("caf\xe9\n", stderr), ::_exit(1); }},
      {"skip", [](Run& run) { run.skip("not on a Sunday, \"they\" say"); }},
      {"nothing", [](Run&) {}},
      {"idle", [](Run& run) { with_party(run, [](Tally&) { std::this_thread::sleep_for(1ms); }); }},
      {"corrupt",
       [](Run& run) {
         with_party(run, [](Tally& tally) {
           count_steadily(tally);
           tally.corrupt();
         });
       }},
  };
  return all;
}

std::vector<Parameter::Value> names() {
  std::vector<Parameter::Value> all;
  for (const auto& [name, body] : troubles()) all.emplace_back(name);
  return all;
}

}  // namespace

const Scenario counting{
    .name = "counting",
    .question = "How many, if nothing gets in the way?",
    .family = "fixture",
    .parameters = {{"who", "impl", {"steady", "rare"}, "who counts", Parameter::Kind::kContender},
                   {.name = "size",
                    .column = "msg_bytes",
                    .sweep = {8, 64, 1024},
                    .meaning = "changes nothing",
                    .alias = "bytes"},
                   {"place", "placement", {"here", "there"}, "changes nothing"}},
    .run = count,
    .offers =
        [](const Point& point) { return point.text("place") == "here" || point["size"] == 8; },
    .decisive =
        [](const Point& point) { return point.text("who") == "steady" && point["size"] == 8; },
    .contenders = {{"steady", "Steady counter", "fixture"}, {"rare", "Rare counter", "fixture"}},
};

const Scenario trouble{
    .name = "trouble",
    .question = "What becomes of a launch that goes wrong?",
    .family = "fixture",
    .parameters = {{"kind", "impl", names(), "what goes wrong", Parameter::Kind::kContender}},
    .run = [](Run& run) { troubles().at(run.text("kind"))(run); },
};

}  // namespace harness::testing
