#include "harness/launch.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "harness/control.h"
#include "harness/events.h"

namespace harness {
namespace {

Point point_from(const Json& values, const Scenario& scenario) {
  Point::Values point;
  for (const auto& parameter : scenario.parameters) {
    const Json& value = values.at(std::string(parameter.name));
    point.emplace_back(parameter.name, value.is_string()
                                           ? Parameter::Value(value.get<std::string>())
                                           : Parameter::Value(value.get<std::int64_t>()));
  }
  return Point(std::move(point));
}

void write_line(int fd, const Json& line) {
  const std::string text = line.dump() + "\n";
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0) ::_exit(1);  // the launcher is gone
    done += static_cast<std::size_t>(n);
  }
}

Json sparse(const std::vector<std::uint64_t>& counts) {
  Json entries = Json::array();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) entries.push_back({i, counts[i]});
  }
  return entries;
}

void write_windows(int fd, const Control& control) {
  int repetition = 0;
  for (const Window& window : control.windows) {
    Json line = {{"row", control.facts}};
    Json& row = line["row"];
    row["status"] = "ok";
    row["repetition"] = ++repetition;
    row["warmup_s"] = std::chrono::duration<double>(control.timing().warmup).count();
    row.update(window.columns);
    if (!window.latency.empty()) line["latency"] = sparse(window.latency);
    write_line(fd, line);
  }
}

cpu_set_t allowed_cpus() {
  cpu_set_t allowed;
  ::sched_getaffinity(0, sizeof allowed, &allowed);
  return allowed;
}

void stay_on(int cpu) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(cpu, &only);
  ::sched_setaffinity(0, sizeof only, &only);
}

}  // namespace

double timer_cost_ns() {
  std::vector<double> costs;
  for (int i = 0; i < 101; ++i) {
    const auto start = Clock::now();
    for (int k = 0; k < 8; ++k) (void)Clock::now();
    costs.push_back(std::chrono::duration<double, std::nano>(Clock::now() - start).count() / 9);
  }
  std::nth_element(costs.begin(), costs.begin() + 50, costs.end());
  return costs[50];
}

double line_bounce_ns() {
  const cpu_set_t allowed = allowed_cpus();
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE && cpus.size() < 2; ++cpu) {
    if (CPU_ISSET(cpu, &allowed)) cpus.push_back(cpu);
  }
  if (cpus.size() < 2) return 0;

  constexpr int kRounds = 2'000;
  alignas(64) std::atomic<int> line{0};
  std::thread answering([&] {
    stay_on(cpus[1]);
    for (int i = 0; i < kRounds; ++i) {
      while (line.load(std::memory_order_acquire) != 2 * i + 1) continue;
      line.store(2 * i + 2, std::memory_order_release);
    }
  });
  Clock::time_point start;
  std::thread asking([&] {
    stay_on(cpus[0]);
    for (int i = 0; i < kRounds; ++i) {
      if (i == kRounds / 2) start = Clock::now();
      line.store(2 * i + 1, std::memory_order_release);
      while (line.load(std::memory_order_acquire) != 2 * i + 2) continue;
    }
  });
  asking.join();
  const auto end = Clock::now();
  answering.join();
  return std::chrono::duration<double, std::nano>(end - start).count() / kRounds;
}

int launch(const std::vector<const Scenario*>& scenarios, const std::string& order_text) {
  const Json order = Json::parse(order_text);
  const auto wanted = order.at("scenario").get<std::string>();
  const auto named = [&](const Scenario* each) { return each->name == wanted; };
  const Scenario& scenario = **std::find_if(scenarios.begin(), scenarios.end(), named);
  const Point point = point_from(order.at("point"), scenario);
  const int fd = order.at("fd").get<int>();
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);

  Control control({.warmup = std::chrono::nanoseconds(order.at("warmup_ns").get<std::int64_t>()),
                   .window = std::chrono::nanoseconds(order.at("window_ns").get<std::int64_t>()),
                   .windows = order.at("windows").get<int>()});
  control.facts["timer_cost_ns"] = timer_cost_ns();
  if (const double bounce = line_bounce_ns(); bounce > 0) control.facts["ref_ns"] = bounce;

  Run run(point, order.at("seed").get<std::uint64_t>(), order.at("interpreter"), control);
  std::string status = "ok", error;
  try {
    scenario.run(run);
    if (control.windows.empty()) status = "failed", error = "the scenario measured nothing";
  } catch (const Skipped& reason) {
    status = "skipped", error = reason.what();
  } catch (const std::exception& failure) {
    status = "failed", error = failure.what();
  }
  if (status == "ok") {
    write_windows(fd, control);
    return 0;
  }
  Json row = control.facts;
  row["status"] = status;
  row["error"] = error;
  write_line(fd, {{"row", row}});
  return 0;
}

}  // namespace harness
