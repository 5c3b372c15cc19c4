#include "harness/run/launch.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "harness/measure/calibration.h"
#include "harness/measure/control.h"

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

}  // namespace

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
