// What the tests of the scenarios share: a launch in this process, workers that report by throwing, and
// every contender of a roster as a test parameter, so that a new contender is tested without a new test.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harness/measure/measurement.h"
#include "harness/tests/support.h"
#include "scenarios/support/roster.h"
#include "scenarios/support/worker_group.h"

namespace scenarios::testing {

using harness::testing::message_of;

// For workers, which may be processes: a worker that throws fails the test.
inline void require(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error("not so: " + what);
}

// Runs one worker for each body, and waits for all; throws if one failed.
inline void run_workers(WorkerKind kind, const std::vector<std::function<void()>>& bodies) {
  WorkerGroup group(kind);
  int number = 0;
  for (const auto& body : bodies) group.start("worker " + std::to_string(number++), -1, body);
  group.go();
  group.join();
}

// Returns `count` times the same body.
inline std::vector<std::function<void()>> times(int count, const std::function<void()>& body) {
  return std::vector<std::function<void()>>(static_cast<std::size_t>(count), body);
}

// One launch of one point, in this process, with a window of 10 ms.
class TestLaunch {
 public:
  explicit TestLaunch(harness::Point::Values values, const std::string& interpreter = "")
      : point_(std::move(values)),
        control_({.warmup = std::chrono::milliseconds(1),
                  .window = std::chrono::milliseconds(10),
                  .windows = 1}),
        run_(point_, 1, interpreter, control_) {}

  harness::Run& run() { return run_; }
  harness::Json& facts() { return control_.facts; }
  const harness::Json& columns() const { return control_.windows.at(0).columns; }

  // A window was measured, something was done in it, and no payload arrived wrong.
  void expect_measured() const {
    ASSERT_EQ(control_.windows.size(), 1u);
    EXPECT_FALSE(columns().contains("status")) << columns().dump(1);
    EXPECT_GT(columns().at("ops").get<std::uint64_t>(), 0u);
    EXPECT_EQ(columns().at("checksum_ok").get<int>(), 1);
  }
  bool has_latencies() const { return !control_.windows.at(0).latency.empty(); }

 private:
  harness::Point point_;
  harness::Measurement control_;
  harness::Run run_;
};

// An entry of a roster as a test parameter.
template <typename Entry>
struct Named {
  const Entry* entry;
  const Entry* operator->() const { return entry; }

  std::string name() const {
    std::string text = entry->name + (entry->workers == WorkerKind::kThreads ? "_th" : "_mp");
    return entry->variant.empty() ? text : text + "_" + entry->variant;
  }
  friend std::ostream& operator<<(std::ostream& out, const Named& named) {
    return out << named.name();
  }
};

// All entries but CPython's, which are programs of their own.
template <typename Entry>
std::vector<Named<Entry>> native() {
  std::vector<Named<Entry>> all;
  for (const auto& each : Roster<Entry>::entries()) {
    if (!each.is_cpython()) all.push_back({&each});
  }
  return all;
}

struct NameOf {
  template <typename Entry>
  std::string operator()(const ::testing::TestParamInfo<Named<Entry>>& info) const {
    return info.param.name();
  }
};

template <typename Entry>
class ContenderTest : public ::testing::TestWithParam<Named<Entry>> {
 protected:
  const Entry& contender() const { return *this->GetParam().entry; }

  // Runs `test`; a contender that cannot be had here must say why, and its test is skipped.
  template <typename Test>
  void unless_skipped(Test test) {
    std::string reason;
    try {
      test();
    } catch (const harness::Skipped& skipped) {
      reason = skipped.what();
    }
    if (reason.empty()) return;
    EXPECT_GT(reason.size(), 10u) << "a reason names what is missing and the remedy";
    GTEST_SKIP() << reason;
  }
};

}  // namespace scenarios::testing
