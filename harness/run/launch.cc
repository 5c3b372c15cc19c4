#include "harness/run/launch.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "harness/base/json.h"
#include "harness/base/stage.h"
#include "harness/measure/calibration.h"
#include "harness/measure/measurement.h"
#include "harness/measure/tick_clock.h"

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
  const std::string text = to_text(line) + "\n";
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

// What makes a row doubtful that only its notes say, beside what its numbers say.
void add_warning_of_notes(Json& row) {
  const Json verified = row.value("verified", Json());
  if (verified != 0 && verified != "0") return;
  const std::string before = row.value("warning", "");
  row["warning"] =
      before + (before.empty() ? "" : "; ") + "unverified: its payloads were not checked";
}

void write_windows(int fd, const Measurement& control) {
  int repetition = 0;
  for (const Window& window : control.windows) {
    Json line = {{"row", control.facts}};
    Json& row = line["row"];
    row["status"] = "ok";
    row["repetition"] = ++repetition;
    row["warmup_s"] = std::chrono::duration<double>(control.timing().warmup).count();
    row.update(window.columns);
    add_warning_of_notes(row);
    if (!window.latency.empty()) line["latency"] = sparse(window.latency);
    write_line(fd, line);
  }
}

}  // namespace

namespace {

const Scenario& scenario_called(const std::string& name,
                                const std::vector<const Scenario*>& scenarios) {
  const auto is_it = [&](const Scenario* each) { return each->name == name; };
  return **std::find_if(scenarios.begin(), scenarios.end(), is_it);
}

Timing timing_from(const Json& order) {
  return {.warmup = std::chrono::nanoseconds(order.at("warmup_ns").get<std::int64_t>()),
          .window = std::chrono::nanoseconds(order.at("window_ns").get<std::int64_t>()),
          .windows = order.at("windows").get<int>()};
}

// Runs the scenario, and writes a row for each window. Adds what was noted to `facts`.
void measure(const Scenario& scenario, const Json& order, int fd, Json& facts) {
  const Point point = point_from(order.at("point"), scenario);
  Measurement control(timing_from(order), order.value("load", "none"),
                      scenario.parties != nullptr ? scenario.parties(point) : kFewestTallies);
  control.facts["load"] = order.value("load", "none");
  control.facts["timer_cost_ns"] = timer_cost_ns();
  TickClock::calibrate();
  if (const auto bounce = line_bounce_ns()) control.facts["ref_ns"] = *bounce;
  if (order.contains("injected_delay_ns")) control.injected_delay.ns = order["injected_delay_ns"];
  Run run(point, order.at("seed").get<std::uint64_t>(), order.at("interpreter"), control,
          order.value("program", std::vector<std::string>()));
  try {
    scenario.run(run);
  } catch (...) {
    facts = control.facts;
    throw;
  }
  if (control.windows.empty()) {
    facts = control.facts;
    throw std::runtime_error("the scenario measured nothing");
  }
  control.check_counts();
  if (const auto& delay = control.injected_delay; delay.ns) {
    if (!delay.taken) throw Skipped("this case takes no injected delay");
    control.facts["warning"] = *delay.ns > 0
                                   ? "slowed on purpose: --injected-delay"
                                   : "with the code of --injected-delay, which adds nothing";
  }
  write_windows(fd, control);
}

}  // namespace

int launch(const std::vector<const Scenario*>& scenarios, const std::string& order_text) {
  const Json order = Json::parse(order_text);
  const int fd = order.at("fd").get<int>();
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  say_stages_to(fd);
  Json row = Json::object();
  try {
    measure(scenario_called(order.at("scenario"), scenarios), order, fd, row);
    return 0;
  } catch (const Skipped& why) {
    row["status"] = "skipped";
    row["error"] = why.what();
  } catch (const std::exception& why) {
    row["status"] = "failed";
    row["error"] = why.what();
  }
  write_line(fd, {{"row", row}});
  return 0;
}

}  // namespace harness
