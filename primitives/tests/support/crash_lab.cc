#include "primitives/tests/support/crash_lab.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "primitives/tests/support/lab_process.h"
#include "primitives/tests/support/tally.h"
#include "primitives/tests/support/victim.h"

namespace gilfree::testing {
namespace {

// What a test has time for; the walk and the environment may say otherwise.
constexpr int kPoints = 4000, kPairs = 7'500;

// A path that depends on more than the state may never be the same twice.
constexpr int kMostTraces = 5;

Deed deed_of(const Walk& walk) {
  return {walk.prepare,     walk.operation,   walk.others,   walk.wake,
          walk.ends_asleep, walk.maps_memory, walk.contended};
}
Deed recovery_of(const Walk& walk) {
  return {walk.prepare, walk.recovery, [] {}, {}, false, walk.maps_memory, walk.contended};
}

// In the lab process: what the survivor says; or the function that ends the peers, if it returns something.
std::string ask(const Walk& walk) {
  walk.afterwards();
  const std::string said = ask_survivor_in_child(walk.survivor);
  const std::string overruled = walk.after();
  return overruled.empty() ? said : overruled;
}

// Ends a try that gave no verdict.
std::string clear_up(const Walk& walk, const char* word) {
  walk.afterwards();
  walk.after();
  return word;
}

std::vector<std::string> words_of(const Walk& walk, std::size_t count,
                                  const std::function<std::string(std::size_t)>& answer) {
  return ask_lab_process(count, {walk.patience, !walk.contended}, answer);
}

// Where the victim goes from a fresh state; if given, a second one from what the first one's death at
// `first` leaves. The first to go there may meet what no later one will, such as slots of the table in
// which no victim has died yet: so the path is the first that is met again.
std::vector<Step> path_from_fresh(const Walk& walk, const Step* first = nullptr) {
  (void)way_in_and_out();
  ask_lab_process(1, {walk.patience, !walk.contended}, [&](std::size_t) {
    std::vector<Step> path;
    for (int tries = 0; tries < (first == nullptr ? kMostTraces : 1); ++tries) {
      walk.fresh();
      if (first == nullptr) {
        trace(deed_of(walk));
      } else if (kill_at(deed_of(walk), *first)) {
        trace(recovery_of(walk));
      }
      clear_up(walk, "");
      auto again = traced_path(walk.most_rounds);
      if (std::exchange(path, std::move(again)) == path && !path.empty()) break;
    }
    return "traced";
  });
  return traced_path(walk.most_rounds);
}

constexpr const char* kMissed = "missed";

// A victim that was held up may have found its peers elsewhere.
constexpr int kMostTries = 3;

// Where others vary the path, it takes several to meet as many points as the walk asks for.
constexpr int kMostPaths = 20;

// In the lab process: what `found` says once a victim has `stopped` at its place, or that none came by there.
std::string verdict_at_stop(const Walk& walk, const std::function<bool()>& stopped,
                            const std::function<std::string()>& found) {
  for (int tries = 0; tries < kMostTries; ++tries) {
    walk.fresh();
    if (stopped()) return found();
    clear_up(walk, kMissed);
  }
  return kMissed;
}

// How many points a walk may have; 0: all there are.
int budget(const Walk& walk, int otherwise) {
  const char* chosen = std::getenv("GILFREE_CRASH_BUDGET");
  if (chosen == nullptr) return walk.most_points > 0 ? walk.most_points : otherwise;
  return std::strcmp(chosen, "full") == 0 ? 0 : std::atoi(chosen);
}

// So far apart that `wanted` of `points` are met, the ends among them.
double distance(std::size_t points, int wanted) {
  if (wanted == 0 || points <= static_cast<std::size_t>(wanted) || points < 2) return 1;
  return static_cast<double>(points - 1) / std::max(1, wanted - 1);
}

using Verdicts = std::map<std::size_t, std::string>;

// The middle between any two that answered differently and are no neighbours.
std::vector<std::size_t> between(const Verdicts& verdicts) {
  std::vector<std::size_t> places;
  for (auto above = verdicts.begin(), below = above; above != verdicts.end(); below = above++) {
    if (above->first - below->first < 2 || above->second == below->second) continue;
    if (above->second == kMissed || below->second == kMissed) continue;
    places.push_back(below->first + (above->first - below->first) / 2);
  }
  return places;
}

using Examine = std::function<std::string(const Step&)>;  // in the lab process

// Judges the points of a path that the budget allows, and between two that answer differently more, until
// they are neighbours.
void walk_along(const std::vector<Step>& path, const Walk& walk, const Examine& examine,
                Findings& found) {
  Verdicts verdicts;
  std::vector<std::size_t> places;
  const double apart = distance(path.size(), budget(walk, kPoints));
  for (double next = 0; next < static_cast<double>(path.size()) - 0.5; next += apart) {
    places.push_back(static_cast<std::size_t>(std::lround(next)));
  }
  while (!places.empty()) {
    const auto words =
        words_of(walk, places.size(), [&](std::size_t i) { return examine(path[places[i]]); });
    for (std::size_t i = 0; i < places.size(); ++i) verdicts[places[i]] = words[i];
    places = between(verdicts);
  }
  found.instructions += static_cast<int>(path.size());
  for (const auto& [at, verdict] : verdicts) {
    verdict == kMissed ? (void)++found.missed : found.add(verdict, static_cast<int>(at) + 1);
  }
}

Findings spread_over(const Walk& walk, const Examine& examine) {
  Findings found;
  int paths = 0;
  do walk_along(path_from_fresh(walk), walk, examine, found);
  while (found.points < walk.least_points && found.hangs == 0 && ++paths < kMostPaths);
  found.slowest = take_slowest_survivor();
  return found;
}

}  // namespace

bool can_walk() { return !way_in_and_out().empty(); }

bool Findings::only(const std::map<std::string, int>& words) const {
  return std::all_of(verdicts.begin(), verdicts.end(),
                     [&](const auto& verdict) { return words.count(verdict.first) > 0; });
}

void Findings::add(const std::string& verdict, int instruction) {
  hangs += verdict == "hang" ? 1 : 0;
  if (points > 0 && verdict != last) ++edges;
  if (points++ == 0) first = verdict;
  last = verdict;
  ++verdicts[verdict];
  spans.try_emplace(verdict, instruction, instruction).first->second.second = instruction;
}

std::ostream& operator<<(std::ostream& out, const Findings& findings) {
  out << findings.points << " points";
  if (findings.points + findings.missed < findings.instructions) {
    out << " of " << findings.instructions;
  }
  if (findings.missed > 0) out << ", " << findings.missed << " missed";
  for (const auto& [word, count] : findings.verdicts) out << ", " << count << " " << word;
  return out << ", " << findings.edges << " edges, slowest survivor " << findings.slowest.count()
             << " us";
}

Findings kill_at_every_instruction(const Walk& walk) {
  const Deed deed = deed_of(walk);
  return tallied("kill", spread_over(walk, [&](const Step& step) {
                   return verdict_at_stop(
                       walk, [&] { return kill_at(deed, step); }, [&] { return ask(walk); });
                 }));
}

Findings kill_in_recovery_too(const Walk& walk) {
  Findings found;
  const Deed deed = deed_of(walk), recovery = recovery_of(walk);
  const auto path = path_from_fresh(walk);
  const int pairs = budget(walk, kPairs);
  const int firsts = std::min<int>(static_cast<int>(path.size()),
                                   pairs == 0 ? 1 << 30 : static_cast<int>(std::sqrt(pairs)));
  const int seconds = firsts == 0 ? 0 : pairs / firsts;
  double shift = 0;  // so that neighbours meet different points
  const double apart = distance(path.size(), firsts);
  for (double next = 0; next < static_cast<double>(path.size()) - 0.5; next += apart) {
    const Step& first = path[static_cast<std::size_t>(std::lround(next))];
    const auto way_back = path_from_fresh(walk, &first);
    found.instructions += static_cast<int>(apart * static_cast<double>(way_back.size()));
    const double stride = distance(way_back.size(), seconds);
    shift = std::fmod(shift + 0.618, 1);
    std::vector<std::size_t> places;
    for (double at = shift * (stride - 1); at < static_cast<double>(way_back.size());
         at += stride) {
      places.push_back(static_cast<std::size_t>(at));
    }
    const auto words = words_of(walk, places.size(), [&](std::size_t i) {
      const auto both = [&] {
        return kill_at(deed, first) && kill_at(recovery, way_back[places[i]]);
      };
      return verdict_at_stop(walk, both, [&] { return ask(walk); });
    });
    for (std::size_t i = 0; i < words.size(); ++i) {
      words[i] == kMissed ? (void)++found.missed
                          : found.add(words[i], static_cast<int>(places[i]) + 1);
    }
  }
  found.slowest = take_slowest_survivor();
  return tallied("double kill", found);
}

Findings freeze_at_every_instruction(const Walk& walk) {
  const Deed deed = deed_of(walk);
  return tallied("freeze", spread_over(walk, [&](const Step& step) {
                   pid_t victim = 0;
                   const auto frozen = [&] { return (victim = freeze_at(deed, step)) != 0; };
                   return verdict_at_stop(walk, frozen, [&] {
                     walk.meanwhile();
                     walk.goes_on ? thaw(victim) : end(victim);
                     const auto verdict = ask(walk);
                     if (walk.goes_on) end(victim);
                     return verdict;
                   });
                 }));
}

std::string ask_survivor(const Walk& walk) {
  return words_of(walk, 1,
                  [&](std::size_t) {
                    walk.fresh();
                    return ask(walk);
                  })
      .front();
}

}  // namespace gilfree::testing
