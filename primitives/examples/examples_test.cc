// Runs every program of the tutorial and compares what it prints with what it must print.
//
// To add one: name it in CMakeLists.txt and give it a row in kPrograms.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <ostream>
#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace gilfree::testing {
namespace {

// `times` lines that match `pattern` from end to end.
struct Lines {
  const char* pattern;
  int times = 1;
  bool may_be_missing = false;  // printed or not, as the race goes
};

// kAny: the order of the processes is not determined; each line must be there once, in any order.
enum class Order { kAsWritten, kAny };

struct Program {
  const char* name;
  Order order;
  std::vector<Lines> prints;
};

const std::vector<Program> kPrograms = {
    {"condition_product",
     Order::kAsWritten,
     {{"produce..."},
      {"consume..."},
      {"produce..."},
      {"consume..."},
      {"produce..."},
      {"consume..."}}},
    {"event_wait",
     Order::kAny,
     {{"task1 is waiting..."},
      {"task2 is waiting..."},
      {R"(hello, 2, e.is_set\(\): False)"},
      {R"(hello, 1, e.is_set\(\): True)"},
      {"main: event is set"}}},
    {"lock_counter", Order::kAsWritten, {{"in the child: 10", 2}, {"in the parent: 0"}}},
    {"lock_file", Order::kAsWritten, {{R"(time cost: \S+ seconds)"}, {"hello world!"}}},
    {"pool_apply", Order::kAny, {{"hello, [0-9]", 10}, {"processes done."}}},
    {"pool_map",
     Order::kAny,
     {{"hello, [0-9]", 10}, {"processes done, result:"}, {"msg: [0-9]", 10}}},
    {"process_start",
     Order::kAny,
     {{"child process start!"}, {R"(Process: \d+ is running)", 1, true}, {"main process!"}}},
    {"process_subclass", Order::kAny, {{"main process start"}, {"child start"}}},
    {"joinable_buns",
     Order::kAny,
     {{"the producer made bun [0-9]", 10},
      {"the consumer got bun [0-9]", 10},
      {"the main thread"}}},
    {"pipe_numbers", Order::kAsWritten, {{R"(\d+)", 1000}, {"the main process has ended too"}}},
    {"queue_getter_putter",
     Order::kAny,
     {{"Son process Getter"},
      {"Son process Putter"},
      {R"(Process putter put: 0\.\d{6})", 1000},
      {R"(Process getter get: 0\.\d{6})", 1000},
      {"full at once"},
      {"full after 10 ms"}}},
    {"queue_orders",
     Order::kAsWritten,
     {{"first in, first out: 2 3 1"}, {"last in, first out: 1 3 2"}, {"smallest first: 1 2 3"}}},
    {"rlock_again",
     Order::kAsWritten,
     {{"held 3 times"}, {"held afterwards: false"}, {".*use an RLock to take it again.*"}}},
    {"semaphore_hello", Order::kAny, {{"hello, [0-7]", 8}, {R"(8 process takes \S+ seconds)"}}},
    {"start_new_thread",
     Order::kAny,
     {{R"(Thread-1: \d+ [1-5])", 5}, {R"(Thread-2: \d+ [1-5])", 5}}},
    {"thread_lock",
     Order::kAny,
     {{"Starting Thread-1"},
      {"Starting Thread-2"},
      {R"(\+\+\+\+ -?\d+)", 20},
      {"Exiting Main Thread 5"}}},
    {"thread_states", Order::kAsWritten, {{"New"}, {"Runnable or Running"}, {"Blocked"}, {"Dead"}}},
    {"thread_subclass",
     Order::kAny,
     {{"Exiting Main Thread"},
      {"Starting Thread-1"},
      {"Starting Thread-2"},
      {R"(Thread-1: \d+)", 5},
      {R"(Thread-2: \d+)", 5},
      {"Exiting Thread-1"},
      {"Exiting Thread-2"}}},
    {"three_processes",
     Order::kAny,
     {{"task1: hello, one"},
      {"task2: hello, two"},
      {"task3: hello, three"},
      {R"(The number of CPU is:[1-9]\d*)"},
      {R"(child p\.name: Process-[123]\tp\.id: \d+)", 3},
      {R"(3 processes take \d+\.?\d* seconds)"}}},
    {"value_counter", Order::kAsWritten, {{"20"}}},
};

std::ostream& operator<<(std::ostream& out, const Program& program) { return out << program.name; }

struct Outcome {
  int status;
  std::vector<std::string> lines;
  std::string all;
};

Outcome run(const std::string& name) {
  Outcome outcome;
  FILE* output = ::popen((EXAMPLES_DIR "/" + name + " 2>&1").c_str(), "r");
  for (int c; (c = std::fgetc(output)) != EOF;) outcome.all.push_back(static_cast<char>(c));
  outcome.status = ::pclose(output);
  std::string line;
  for (const char c : outcome.all) {
    if (c == '\n') {
      outcome.lines.push_back(std::exchange(line, {}));
    } else {
      line.push_back(c);
    }
  }
  if (!line.empty()) outcome.lines.push_back(line + "<no newline>");
  return outcome;
}

class Examples : public ::testing::TestWithParam<Program> {};

TEST_P(Examples, PrintsWhatTheTutorialPromises) {
  const Program& program = GetParam();
  const Outcome outcome = run(program.name);
  EXPECT_EQ(outcome.status, 0);
  std::vector<Lines> missing = program.prints;
  for (const auto& line : outcome.lines) {
    auto expected = missing.begin();
    const auto wanted = [&] {
      return expected->times > 0 && std::regex_match(line, std::regex(expected->pattern));
    };
    if (program.order == Order::kAny) {
      while (expected != missing.end() && !wanted()) ++expected;
    } else {
      while (expected != missing.end() && expected->times == 0) ++expected;
      if (expected != missing.end() && !wanted()) expected = missing.end();
    }
    ASSERT_NE(expected, missing.end()) << "unexpected: " << line << "\nin\n" << outcome.all;
    --expected->times;
  }
  for (const auto& lines : missing) {
    if (lines.may_be_missing) continue;
    EXPECT_EQ(lines.times, 0) << "missing: " << lines.pattern << "\nin\n" << outcome.all;
  }
}

INSTANTIATE_TEST_SUITE_P(Tutorial, Examples, ::testing::ValuesIn(kPrograms),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace gilfree::testing
