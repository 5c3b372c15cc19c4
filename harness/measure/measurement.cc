#include "harness/measure/measurement.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <thread>

#include "harness/base/counted.h"
#include "harness/base/cpus.h"
#include "harness/base/errors.h"
#include "harness/base/lists.h"
#include "harness/measure/distribution.h"
#include "harness/measure/warnings.h"

namespace harness {

using namespace std::chrono_literals;

namespace {

// A party that ends while its siblings work has failed: nothing more is to be waited for.
bool a_child_has_ended() {
  siginfo_t child{};
  return ::waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0 && child.si_pid != 0;
}

constexpr char kPage[] = "(harness/docs/contender-program.md)";

// A core does 1e10 instructions a second, and a message takes more than one.
constexpr double kFastest = 1e11;

// Counts of a party that was killed between two of them differ by what it had under way.
bool is_more_than(double one, double other, double slack) { return one > 1.01 * other + slack; }

// Without CLOEXEC: parties may be other programs. Where memfd_create is refused, a file without a name
// does as well.
int anonymous_file() {
  int fd = ::memfd_create("bench-all", 0);
  for (const char* folder : {"/dev/shm", "/tmp"}) {
    if (fd < 0 && errno != EMFILE) fd = ::open(folder, O_TMPFILE | O_RDWR, 0600);
  }
  return fd;
}

}  // namespace

// What is read at the edge of a window.
struct Measurement::Edge {
  Clock::time_point at;
  std::chrono::system_clock::time_point utc;
  std::uint64_t ops = 0, bytes = 0, errors = 0;
  std::vector<std::uint64_t> ops_by_party;
  Usage usage;
  Counters::Values counters;
};

Measurement::Measurement(const Timing& timing, const std::string& load, std::int64_t tallies)
    : timing_(timing),
      load_(load),
      tally_count_(
          static_cast<int>(std::clamp<std::int64_t>(tallies, kFewestTallies, kMostTallies))),
      bytes_(sizeof(ControlHeader) + 2 * static_cast<std::size_t>(tally_count_) * sizeof(Tally)) {
  fd_ = anonymous_file();
  void* memory = MAP_FAILED;
  if (fd_ >= 0 && ::ftruncate(fd_, static_cast<off_t>(bytes_)) == 0) {
    memory = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
  }
  if (memory == MAP_FAILED) {
    const std::string why = reason(errno);
    if (fd_ >= 0) ::close(fd_);
    throw std::runtime_error("there is no shared memory for the tallies: " + why);
  }
  header_ = ::new (memory) ControlHeader;
  header_->tally_bytes = sizeof(Tally);
  header_->parties = static_cast<std::uint64_t>(tally_count_);
  header_->windows = static_cast<std::uint64_t>(timing.windows);
  tallies_ = reinterpret_cast<Tally*>(static_cast<std::byte*>(memory) + sizeof(ControlHeader));
}

Measurement::~Measurement() {
  ::munmap(header_, bytes_);
  ::close(fd_);
}

Tally& Measurement::tally(int party) {
  if (party < 0 || party >= tally_count_) {
    throw std::out_of_range("at most " + std::to_string(tally_count_) +
                            " parties have a tally; give the scenario its number of `parties`");
  }
  expect(party + 1);
  // Zeroed memory is an empty tally.
  tallies_[party].header.store(header_, std::memory_order_relaxed);
  return tallies_[party];
}

// Behind those of the operations, where programs of other languages do not look.
Tally& Measurement::service_tally(int party) {
  (void)tally(party);
  Tally& behind = tallies_[tally_count_ + party];
  behind.header.store(header_, std::memory_order_relaxed);
  return behind;
}

void Measurement::begin_load() {
  std::vector<int> cpus;
  if (const auto bound = facts.find("cpus"); bound != facts.end() && bound->is_string()) {
    for (const auto& cpu : split(bound->get<std::string>(), ';')) add_once(cpus, std::stoi(cpu));
  }
  load_.begin(cpus.empty() ? allowed_cpus() : cpus);
}

void Measurement::measure() {
  begin_load();
  sleep_until_ops(1, Clock::now() + timing_.warmup);
  for (int number = 1; number <= timing_.windows; ++number) {
    const Edge opened = look();
    if (number == 1) ops_before_ = opened.ops;
    header_->window.store(static_cast<std::uint64_t>(number), std::memory_order_relaxed);
    sleep_until_ops(opened.ops + kFewestOps, Clock::now() + timing_.window);
    windows.push_back(between(number, opened, look()));
  }
  end_load();
  header_->window.store(ControlHeader::kStop, std::memory_order_release);
}

// Until `end`, and then on by a window's length at a time until that many are done.
void Measurement::sleep_until_ops(std::uint64_t wanted, Clock::time_point end) {
  const auto step = std::max<std::chrono::nanoseconds>(timing_.window, 10ms);
  std::this_thread::sleep_until(end);
  for (Edge edge; waited_ < patience() && !a_child_has_ended(); waited_ += step) {
    count_at(edge);
    if (edge.ops >= wanted) return;
    std::this_thread::sleep_until(end += step);
  }
}

Measurement::Edge Measurement::look() const {
  Edge edge;
  edge.usage = usage_of_descendants(load_.process());  // first: reading /proc takes longest
  edge.counters = counters_.read();
  edge.utc = std::chrono::system_clock::now();
  // The parties keep every core busy: counts and clock belong together only if no other thread ran in between.
  for (int tries = 0; tries < 10; ++tries) {
    const auto before = Clock::now();
    count_at(edge);
    edge.at = Clock::now();
    if (edge.at - before < 100us) break;
  }
  return edge;
}

void Measurement::count_at(Edge& edge) const {
  edge.ops = edge.bytes = edge.errors = 0;
  edge.ops_by_party.clear();
  for (int party = 0; party < tally_count_; ++party) {
    const auto& tally = tallies_[party];
    edge.ops_by_party.push_back(tally.ops.load(std::memory_order_relaxed));
    edge.ops += edge.ops_by_party.back();
    edge.bytes += tally.bytes.load(std::memory_order_relaxed);
    edge.errors += tally.errors.load(std::memory_order_relaxed);
  }
}

// Returns the counts of a window's histograms, of all parties whose tallies begin at `first`.
std::vector<std::uint64_t> Measurement::latencies_of(int number, int first) const {
  std::vector<std::uint64_t> counts(Histogram::kBuckets);
  for (int party = first; party < first + tally_count_; ++party) {
    const auto& histogram = tallies_[party].latency[number - 1];
    for (int i = 0; i < Histogram::kBuckets; ++i)
      counts[static_cast<std::size_t>(i)] += histogram.count(i);
  }
  return counts;
}

// Returns why a window is no measurement; empty if it is one.
std::string Measurement::fault_of(const Edge& opened, const Edge& closed,
                                  const Window& window) const {
  if (closed.errors > 0) return counted(closed.errors, "payload") + " arrived wrong";
  const char* one_word = " went back; write it as one word, and never less than before";
  if (closed.ops < opened.ops) return "the count of operations" + std::string(one_word);
  if (closed.bytes < opened.bytes) return "the count of bytes" + std::string(one_word);
  if (is_program && a_child_has_ended()) {
    return "the program ended while it was measured; it works until `window` is the stop value, "
           "2^64 - 1 " +
           std::string(kPage);
  }
  if (closed.ops == opened.ops) {
    const auto seconds = std::to_string(window.columns.at("window_s").get<double>());
    return "no operation was done in " + seconds + " s" +
           (is_program
                ? "; a program counts them at byte 64 of the shared memory " + std::string(kPage)
                : "");
  }
  if (is_program && window.columns.at("ops_per_s").get<double>() > kFastest) {
    return counted(closed.ops - opened.ops, "operation") +
           " in a window is more than a machine can do; a program adds 1 for each " + kPage;
  }
  if (is_program && window.latency.empty() && facts.value("metric_kind", "") == "latency") {
    return "no round trip is in the histogram of the window; in ping_pong a program adds each " +
           std::string(kPage);
  }
  return {};
}

// Looked at when nothing is counted any more: at the edge of a window the words of one operation may be read one before
// and one after it.
std::string Measurement::fault_of_counts() const {
  Edge end;
  count_at(end);
  const auto ops = static_cast<double>(end.ops), bytes = static_cast<double>(end.bytes);
  const auto size = static_cast<double>(bytes_per_operation);
  const bool agree =
      !is_more_than(bytes, ops * size, size) && !is_more_than(ops * size, bytes, size);
  if (bytes_per_operation > 0 && !agree) {
    return "it counted " + counted(end.bytes, "byte") + " for " + counted(end.ops, "operation") +
           " of " + std::to_string(bytes_per_operation) +
           "; a program adds the size of a message at byte 72 of the shared memory for each " +
           kPage;
  }
  double recorded = 0;
  for (const auto& window : windows) recorded += window.columns.value("lat_n", 0.0);
  constexpr double kUnderWay = 16;
  if (is_more_than(recorded, static_cast<double>(end.ops - ops_before_), kUnderWay)) {
    return "it recorded more latencies than it did operations; in ping_pong a program adds each "
           "round trip once " +
           std::string(kPage);
  }
  return {};
}

void Measurement::check_counts() {
  if (!is_program || windows.empty()) return;
  const auto fault = fault_of_counts();
  if (fault.empty()) return;
  for (auto& window : windows) {
    if (window.columns.contains("status")) continue;  // its own fault says more
    window.columns["status"] = "failed";
    window.columns["error"] = fault;
  }
}

Window Measurement::between(int number, const Edge& opened, const Edge& closed) const {
  const double seconds = std::chrono::duration<double>(closed.at - opened.at).count();
  const auto ops = std::max(closed.ops, opened.ops) - opened.ops;
  const auto bytes = std::max(closed.bytes, opened.bytes) - opened.bytes;
  Window window{.columns = {{"ts_start_utc", utc_text(opened.utc)},
                            {"window_s", seconds},
                            {"ops", ops},
                            {"bytes", bytes},
                            {"ops_per_s", static_cast<double>(ops) / seconds},
                            {"bytes_per_s", static_cast<double>(bytes) / seconds}},
                .latency = {}};
  add_usage(window.columns, opened.usage, closed.usage, ops);
  add_counters(window.columns, opened.counters, closed.counters, static_cast<double>(ops));

  auto latency = latencies_of(number, 0);
  std::vector<double> shares;
  for (int party = 0; party < tally_count_; ++party) {
    const auto at = static_cast<std::size_t>(party);
    const auto own = closed.ops_by_party[at] - opened.ops_by_party[at];
    const bool takes_part = tallies_[party].header.load(std::memory_order_relaxed) != nullptr;
    if (takes_part) shares.push_back(static_cast<double>(own));  // also those that did nothing
  }
  add_fairness(window.columns, shares);
  if (add_percentiles(window.columns, latency)) window.latency = std::move(latency);
  if (arrivals_per_s_ > 0) {
    add_service_times(window.columns, latencies_of(number, tally_count_));
    add_saturation(window.columns, arrivals_per_s_, poisson_);
  }
  if (const auto fault = fault_of(opened, closed, window); !fault.empty()) {
    window.columns["status"] = "failed";
    window.columns["error"] = fault;
  }
  if (const auto warning = warning_of(window.columns, at_once_); !warning.empty()) {
    window.columns["warning"] = warning;
  }
  window.columns["checksum_ok"] = closed.errors == 0 ? 1 : 0;
  return window;
}

}  // namespace harness
