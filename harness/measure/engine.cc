#include "harness/measure/engine.h"

#include <benchmark/benchmark.h>

#include "harness/measure/measurement.h"

namespace harness {
namespace {

// Takes the numbers and prints nothing.
class Taker : public benchmark::BenchmarkReporter {
 public:
  explicit Taker(Measurement& control) : control_(control) {}

  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      const auto ops = static_cast<double>(run.iterations);
      control_.windows.push_back(
          {.columns = {{"ts_start_utc", utc_text(std::chrono::system_clock::now())},
                       {"window_s", run.real_accumulated_time},
                       {"ops", run.iterations},
                       {"ops_per_s", ops / run.real_accumulated_time},
                       {"lat_mean_ns", run.real_accumulated_time / ops * 1e9},
                       {"cpu_ns_per_op", run.cpu_accumulated_time / ops * 1e9}},
           .latency = {}});
    }
  }

 private:
  Measurement& control_;
};

}  // namespace

void run_engine(Measurement& control, const std::function<void()>& body) {
  const double seconds = std::chrono::duration<double>(control.timing().window).count();
  benchmark::RegisterBenchmark("operation",
                               [&](benchmark::State& state) {
                                 for (auto _ : state) body();
                               })
      ->MinTime(seconds)
      ->Repetitions(control.timing().windows)
      ->UseRealTime();
  Taker taker(control);
  control.begin_load();
  benchmark::RunSpecifiedBenchmarks(&taker, "all");
  control.end_load();
  benchmark::ClearRegisteredBenchmarks();
}

}  // namespace harness
