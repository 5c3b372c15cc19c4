#include "harness/judge/stored_run.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "harness/base/counted.h"
#include "harness/base/errors.h"
#include "harness/base/json.h"
#include "harness/base/lists.h"
#include "harness/judge/one_sided.h"
#include "harness/judge/run_facts.h"
#include "harness/judge/sample.h"
#include "harness/record/events.h"

namespace harness {
namespace {

constexpr char kNotPaired[] =
    "these runs are not paired: a machine that changed its speed in between looks like a change of "
    "the build; `bench-all ab` does not have this fault";

// An interrupted run has an end too, with the exit code of its signal.
bool is_of_a_whole_run(const Json& end) {
  const Json code = end.value("exit_code", Json());
  return !code.is_number_integer() || code < 128;
}

const std::vector<double>& values_of(const StoredRun& run, const std::string& name, Metric metric) {
  static const std::vector<double> none;
  const auto found = run.cases.find(name);
  if (found == run.cases.end()) return none;
  const auto values = found->second.find(metric);
  return values == found->second.end() ? none : values->second;
}

// Whether the run has a number of the case.
bool has_measured(const StoredRun& run, const std::string& name) {
  const auto found = run.cases.find(name);
  return found != run.cases.end() && !found->second.empty();
}

// The metrics of all cases of both, in the order of names. A case that not both have measured has its rate alone, which is
// incomparable.
std::set<std::pair<std::string, Metric>> keys_of(const StoredRun& a, const StoredRun& b) {
  std::set<std::pair<std::string, Metric>> keys;
  for (const auto* run : {&a, &b}) {
    for (const auto& [name, metrics] : run->cases) {
      if (!has_measured(a, name) || !has_measured(b, name)) {
        keys.emplace(name, Metric::kRate);
        continue;
      }
      for (const auto& [metric, values] : metrics) keys.emplace(name, metric);
    }
  }
  return keys;
}

// Says so, with the remedy.
std::string unfinished(const StoredRun& run) {
  return in_quotes(run.name) + " has not ended; complete it by `bench-all run --resume " +
         one_line(run.folder.empty() ? run.name : run.folder.string()) + "`";
}

// What is to be said of runs that have not ended. Throws BadUsage if that is not enough.
std::vector<std::string> doubts_about_ends(const StoredRun& a, const StoredRun& b,
                                           const StoredRules& rules) {
  std::vector<std::string> doubts;
  for (const auto* run : {&a, &b}) {
    if (run->has_ended) continue;
    if (!rules.lenient) {
      throw BadUsage(unfinished(*run) + ", or compare what is there by --lenient");
    }
    doubts.push_back(one_line(run->name) + " has not ended");
  }
  return doubts;
}

int most_launches_of(const StoredRun& run) {
  std::size_t most = 0;
  for (const auto& [name, metrics] : run.cases) {
    for (const auto& [metric, values] : metrics) most = std::max(most, values.size());
  }
  return static_cast<int>(most);
}

// Why not both runs have measured the case; empty if they have.
std::string why_one_sided(const std::string& name, const StoredRun& a, const StoredRun& b) {
  for (const auto& [run, which] : {std::pair(&a, "the first run"), {&b, "the second run"}}) {
    if (run->cases.count(name) == 0) return std::string(which) + " does not have this case";
  }
  for (const auto& [run, which] : {std::pair(&a, "the first run"), {&b, "the second run"}}) {
    if (has_measured(*run, name)) continue;
    const auto failure = run->failures.find(name);
    return std::string(which) +
           (failure == run->failures.end() ? " did not measure it" : ", " + failure->second);
  }
  return "";
}

void judge_row(ComparedRow& row, const StoredRun& a, const StoredRun& b, double delta) {
  row.note = why_one_sided(row.name, a, b);
  if (!row.note.empty()) return;
  if (row.a.empty() || row.b.empty()) {
    row.note = std::string(row.a.empty() ? "the first" : "the second") + " run did not measure it";
    row.is_missing_guard = !is_headline(row.metric);
    return;
  }
  row.judgement = judge_unpaired(row.metric, row.a, row.b, threshold_of(row.metric, delta));
}

// Which of the runs has too few launches to be judged.
std::string with_few_launches(const StoredRun& a, const StoredRun& b) {
  std::vector<std::string> few;
  for (const auto* run : {&a, &b}) {
    if (most_launches_of(*run) < kFewestLaunches) few.push_back(one_line(run->name));
  }
  if (few.empty()) return "no case has five launches in both runs";
  return joined(few, " and ") + (few.size() == 1 ? " has" : " have") +
         " fewer than five launches of each case";
}

LaunchesWithout launches_without(const ComparedRow& row, const StoredRun& a, const StoredRun& b) {
  const auto of = [&](const StoredRun& run, const std::vector<double>& values) {
    const auto found = run.launches.find(row.name);
    return std::max(found == run.launches.end() ? 0 : found->second,
                    static_cast<int>(values.size()));
  };
  const int of_a = of(a, row.a), of_b = of(b, row.b);
  return {of_a - static_cast<int>(row.a.size()), of_a, of_b - static_cast<int>(row.b.size()), of_b};
}

// What the launches say that have it does not count if B has lost it.
void mark_lost(ComparedRow& row, const StoredRun& a, const StoredRun& b) {
  if (row.a.empty() || row.b.empty()) {
    if (row.is_missing_guard) row.note += remedy_for(row.metric, kLongerWindow);
    return;
  }
  const auto launches = launches_without(row, a, b);
  row.note = one_sided_note(row.metric, launches);
  if (b_has_lost(row.metric, launches)) row.judgement.verdict = Verdict::kIncomparable;
}

// What its other launches say of a broken case does not count.
void mark_failed(ComparedRow& row, const StoredRun& run, const std::string& which) {
  const auto failure = run.failures.find(row.name);
  if (failure == run.failures.end() || row.a.empty() || row.b.empty()) return;
  row.judgement.verdict = Verdict::kIncomparable;
  row.note = which + ", " + failure->second;
}

SkippedCases skipped_by_both(const StoredRun& a, const StoredRun& b) {
  SkippedCases both;
  for (const auto& [name, why] : a.skipped) {
    const auto other = b.skipped.find(name);
    if (other != b.skipped.end()) both[name] = skip_reason(why, other->second);
  }
  return both;
}

// Says if what seems changed has fewer launches than tell a change of it alone from chance.
void warn_of_few_launches(Compared& compared, const std::vector<Judgement*>& judged, int fewest) {
  int least = fewest;
  for (const auto* each : judged) {
    if (each->doubt == Doubt::kChance) least = std::min(least, each->rounds);
  }
  if (least >= fewest) return;
  const auto needed = std::to_string(fewest);
  compared.warnings.push_back("of " + counted(judged.size(), "metric") +
                              " a change of one alone can be told from chance by " + needed +
                              " launches a side, not by " + std::to_string(least) +
                              ": run --launches " + needed);
}

}  // namespace

StoredRun read_run(const std::filesystem::path& folder, const std::string& name) try {
  StoredRun run{name, Json::object(), {}, false};
  run.folder = folder;
  std::map<std::pair<std::string, std::int64_t>, std::vector<Json>> launches;
  for (const auto& event : read_events(folder)) {
    if (event.at("event") == "run") run.facts.update(event);
    if (event.at("event") == "end") run.has_ended = is_of_a_whole_run(event);
    if (event.at("event") != "sample") continue;
    const Json& row = event.at("row");
    run.cases[row.at("case")];
    launches[{row.at("case"), row.at("launch")}].push_back(row);
  }
  std::set<std::string> begun;  // cases of which a launch was not skipped
  for (const auto& [key, rows] : launches) {
    const Launched launched = launched_of(rows);
    if (launched.skipped.empty()) {
      begun.insert(key.first);
    } else {
      run.skipped.emplace(key.first, launched.skipped);
    }
    for (const auto& [metric, value] : launched.sample) {
      run.cases[key.first][metric].push_back(value);
    }
    if (launched.failure.empty()) {
      ++run.launches[key.first];
      continue;
    }
    run.failures.emplace(key.first,
                         "launch " + std::to_string(key.second) + ": " + launched.failure);
  }
  for (const auto& each : begun) run.skipped.erase(each);
  return run;
} catch (const std::runtime_error& why) {
  throw BadUsage(why.what());
}

void expect_ended(const StoredRun& run) {
  if (!run.has_ended) throw BadUsage(unfinished(run));
}

std::string origin_of(const StoredRun& run) {
  constexpr std::size_t kDate = 10, kTime = 8, kCommit = 12;
  const Json started = run.facts.value("started_utc", Json()),
             commit = fact_of(run.facts, "tool", "git_sha"),
             is_dirty = fact_of(run.facts, "tool", "git_dirty");
  std::string text = "measured at a time that is not known";
  if (started.is_string()) {
    const auto when = one_line(started.get<std::string>());
    text = "measured " + when.substr(0, kDate) +
           (when.size() > kDate ? " " + when.substr(kDate + 1, kTime) + " UTC" : "");
  }
  return text + (commit.is_string()
                     ? " at commit " + one_line(commit.get<std::string>()).substr(0, kCommit) +
                           (is_dirty == true ? " with changes" : "")
                     : ", commit not known");
}

Compared compare_runs(const StoredRun& a, const StoredRun& b, const StoredRules& rules) {
  std::vector<std::string> doubts = doubts_about_ends(a, b, rules);  // of each row
  Compared compared{.a = a.name, .b = b.name, .paired = false, .warnings = doubts};
  compared.warnings.insert(compared.warnings.begin(), kNotPaired);
  for (const auto* run : {&a, &b})
    compared.about.push_back(one_line(run->name) + ": " + origin_of(*run));
  const Json version_a = fact_of(a.facts, "tool", "version"),
             version_b = fact_of(b.facts, "tool", "version");
  if (version_a != version_b) {
    compared.warnings.push_back("two versions of bench-all measured them (" + fact_text(version_a) +
                                " and " + fact_text(version_b) +
                                "), which may not do the same in a case");
  }
  const std::string differences = joined(unlike(a.facts, b.facts), "; ");
  if (!differences.empty()) {
    compared.warnings.push_back("the runs are not alike (" + differences + ")" +
                                (rules.lenient ? ""
                                               : "; `bench-all compare " + one_line(a.name) + " " +
                                                     one_line(b.name) +
                                                     " --lenient` compares them all the same"));
  }
  if (!differences.empty()) doubts.insert(doubts.begin(), "the runs are not alike");
  compared.skipped = skipped_by_both(a, b);
  for (const auto& [name, metric] : keys_of(a, b)) {
    if (compared.skipped.count(name) != 0) continue;
    ComparedRow row{name, metric, values_of(a, name, metric), values_of(b, name, metric)};
    const bool may = differences.empty() || rules.lenient;
    if (may) judge_row(row, a, b, rules.delta);
    if (may) mark_lost(row, a, b);
    mark_failed(row, a, "the first run");
    mark_failed(row, b, "the second run");
    if (!doubts.empty()) row.note += (row.note.empty() ? "" : "; ") + joined(doubts, "; ");
    compared.rows.push_back(std::move(row));
  }
  for (const auto& text : skip_warnings(compared.skipped, "both runs"))
    compared.warnings.push_back(text);
  if (compared.none_judged() && !compared.rows.empty()) {
    compared.warnings.push_back("nothing was judged: " + with_few_launches(a, b) +
                                "; measure with --launches 6");
  }
  std::vector<Judgement*> judgements;
  for (auto& row : compared.rows) {
    const bool is_judged =
        row.judgement.verdict != Verdict::kIncomparable && row.judgement.interval;
    if (is_judged) judgements.push_back(&row.judgement);
  }
  const int fewest = launches_that_discover(judgements.size());
  control_false_discoveries(judgements, fewest);
  warn_of_few_launches(compared, judgements, fewest);
  return compared;
}

}  // namespace harness
