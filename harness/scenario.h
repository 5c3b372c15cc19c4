// Scenario: a question, a table of axes, and a body that measures one point of them.
//
// The harness knows nothing of what a scenario exercises: it hands out parameters, takes numbers
// back, and writes rows. It never includes primitives/, which it measures.
//
// A body runs in a fresh process, once per launch of a point. It starts its parties (processes or
// threads), calls measure(), and waits for them. This example is compiled and run, from
// harness/tests/example_scenario.cc:
//
//   void increment_together(harness::Run& run) {
//     std::atomic<std::int64_t> counter{0};
//     std::vector<std::thread> parties;
//     for (int number = 0; number < run["threads"]; ++number) {
//       parties.emplace_back([&run, &counter, &tally = run.tally(number)] {
//         while (run.running()) {
//           counter.fetch_add(1);
//           tally.count(1);
//         }
//       });
//     }
//     run.measure();  // warm-up, then the windows; running() is false when it returns
//     for (auto& party : parties) party.join();
//   }
//
//   const harness::Scenario shared_counter{
//       .name = "shared_counter",
//       .question = "How often can threads increment one counter?",
//       .family = "sync",
//       .parameters = {{"threads", "threads", {1, 2, 4}, "how many increment it"}},
//       .run = increment_together,
//   };
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "harness/measure/tally.h"
#include "harness/measure/tick_clock.h"

namespace harness {

// One axis of the sweep. On the command line: --bytes 64, --bytes 8,64,1k
struct Parameter {
  using Value = std::variant<std::int64_t, std::string>;

  std::string_view name;     // its word on the command line
  std::string_view column;   // its column in samples.csv (results/README.md)
  std::vector<Value> sweep;  // tried when the command line names none
  std::string_view meaning;  // shown by --help and under the figure
  enum class Kind {
    kPlain,
    kContender,  // names what is compared: those of one question are measured back to back
    kWhole,      // the smoke profile, which tries one value of a plain axis, tries all of this one,
                 // and of the contenders
    kInterpreter,  // the harness fills the sweep: "none", and the version of each --python
  } kind = Kind::kPlain;
  std::string_view alias = "";   // an older word that the command line accepts as well
  std::vector<Value> more = {};  // words that the command line accepts besides those of the sweep
  // Words that no list can name: returns the form that a case's name has, or nothing if it is no such word.
  std::optional<std::string> (*form)(const std::string& word) = nullptr;
};

// When the operations of an open loop begin: at times fixed beforehand, whatever became of those before. Of a closed
// loop `per_s` is 0.
struct Arrival {
  double per_s = 0;  // of all parties together
  bool poisson = false;

  bool is_open() const { return per_s > 0; }
};

// The axis --arrival: none, const@20k, poisson@20k.
Parameter arrival_axis();

// What the report calls a value of the kContender axis, and whose it is: it colours by family.
struct ContenderLabel {
  std::string name, label, family;
  bool is_decisive = false;  // wherever it is measured (Scenario::decisive)
};

// One value per parameter, in the scenario's order.
class Point {
 public:
  using Values = std::vector<std::pair<std::string_view, Parameter::Value>>;
  explicit Point(Values values) : values_(std::move(values)) {}

  // They throw std::out_of_range for a name the scenario has not, and std::bad_variant_access for
  // one of the other type.
  std::int64_t operator[](std::string_view parameter) const;
  const std::string& text(std::string_view parameter) const;
  const Values& values() const { return values_; }

  // "pipe_vs_queue/channel:pipe/bytes:64": stable, and in the grammar of Google Benchmark's names.
  // What is "none" is left out.
  std::string name(std::string_view scenario) const;

 private:
  Values values_;
};

// Thrown by Run::skip(): this point cannot be run here. A gap is data, with its reason.
class Skipped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Returns true for a name that a contender may have: letters, digits and _ . -, but neither "none" nor
// "cpython_...", which have a meaning.
bool is_contender_name(const std::string& name);

struct Scenario;

// Returns true if a contender of the scenario is called so.
bool has_contender(const Scenario& scenario, const std::string& name);

// As it is written on the command line and in the CSV.
std::string to_string(const Parameter::Value& value);

class Measurement;

// One launch of one point.
class Run {
 public:
  Run(const Point& point, std::uint64_t seed, std::string interpreter, Measurement& control,
      std::vector<std::string> program = {});

  std::int64_t operator[](std::string_view parameter) const { return point_[parameter]; }
  const std::string& text(std::string_view parameter) const { return point_.text(parameter); }
  std::uint64_t seed() const { return seed_; }
  // The program of the point's kInterpreter axis; empty if there is none on this machine.
  const std::string& interpreter() const { return interpreter_; }
  // The command of a contender that is a program (--contender-program); empty for the others.
  const std::vector<std::string>& program() const { return program_; }

  // For parties, in any process or thread that came from this one: work while it is true. One look: asked
  // before each operation, it is part of what is measured.
  bool running() const {
    return header_.window.load(std::memory_order_relaxed) != ControlHeader::kStop;
  }
  // Party number `party`'s counters: written by that party alone, without a lock.
  Tally& tally(int party);

  // For parties of an open loop: what records the time from an operation's beginning to its end. Its latency, in
  // tally(), runs from the time at which it was to begin.
  Tally& service_tally(int party);

  // For the body, before the parties start: the loop is open. Without an argument, as the axis `arrival` says.
  // Returns that, and writes the columns `load_mode` and `target_rate_per_s`.
  Arrival open_loop();
  Arrival open_loop(const Arrival& arrival);

  // For the body: each latency is the whole of an operation, and so many are under way at once. A row whose
  // rate does not follow from its latencies then says so, in the column `warning`.
  void latencies_are_whole(int at_once = 1);

  // For the body: so many nanoseconds of work are to be added to each operation, on average. With 0 the same code
  // runs and adds nothing, to compare with; without a value the contender itself. A case that never asks is
  // skipped when a delay was given.
  std::optional<double> injected_delay_ns();

  // For the body, where each operation of a program moves so many bytes: a program that counts others has failed.
  void each_operation_moves(std::int64_t bytes);

  // For the body, where more take part than have a tally: they are waited for longer.
  void expect(int parties);

  // For the body. Warm-up, then the windows; meanwhile the parties work. Reads ops, CPU time and
  // context switches of this process and all its descendants at each window's edges.
  void measure();

  // A single-threaded operation, looped by Google Benchmark instead of by parties: one row a window.
  void operation(const std::function<void()>& body);

  // For parties in another language: the shared memory's descriptor, inherited across exec. Its
  // layout is in tally.h.
  int tally_fd() const;

  // Facts the body alone knows, by column name: {"primitive", "queue"}, {"queue_depth", 64}.
  void note(std::string_view column, std::string_view text);
  void note(std::string_view column, std::int64_t number);

  [[noreturn]] void skip(const std::string& reason) const { throw Skipped(reason); }

 private:
  const Point& point_;
  std::uint64_t seed_;
  std::string interpreter_;
  std::vector<std::string> program_;
  Measurement& control_;
  const ControlHeader& header_;  // of `control_`
};

struct Scenario {
  std::string_view name;      // its file, its command-line word, its CSV value, its figure
  std::string_view question;  // what its numbers answer; heads the figure
  std::string_view family;    // column `family`: ipc, sync, lifecycle, ...
  std::vector<Parameter> parameters;
  void (*run)(Run&);
  // Returns false for points that make no sense (a wait style that the contender does not offer): they are not part of the
  // sweep. A point that cannot run on this machine is skipped by `run`, with a reason.
  bool (*offers)(const Point&) = nullptr;
  // How many take part at a point: there is a tally for each (kFewestTallies without this), and time to take turns.
  std::int64_t (*parties)(const Point&) = nullptr;
  // Points on which the answer rests: a run that is short of time measures these in every round, the
  // others once and then as often as the time allows (schedule.h).
  bool (*decisive)(const Point&) = nullptr;
  // The contenders of a question do the same, so one of them leads, and a run learns which. Not so where each is an
  // operation of its own, or where the question is what more workers add.
  bool has_leader = true;
  // The quick profile tries every value of its axes; of the other scenarios, unless they are named,
  // the first value only, as smoke does: an overview beside the answer.
  bool whole_in_quick = false;
  // The same as `offers`, of contenders that are programs: `run` starts Run::program(). Null: the question
  // takes no programs.
  bool (*offers_program)(const Point&) = nullptr;
  // For run.json; a contender that has none is called by its name.
  std::vector<ContenderLabel> contenders = {};
};

namespace stress {
struct Test;  // stress/test.h
}

// The command `bench-all`. Returns its exit code (harness/README.md lists them).
int main(int argc, char** argv, const std::vector<const Scenario*>& scenarios,
         const std::vector<const stress::Test*>& stress = {});

}  // namespace harness
