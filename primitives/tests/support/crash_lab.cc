#include "primitives/tests/support/crash_lab.h"

#include <sys/mman.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "primitives/core/participant.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/victim.h"

namespace gilfree::testing {
namespace {

// What a test has time for; the environment may say otherwise.
constexpr int kPoints = 250, kPairs = 100, kFrozen = 60;

// A path that depends on more than the state may never be the same twice.
constexpr int kMostTraces = 5;

struct Word {
  char text[120];
};

Word& shared_word() {
  static auto* made = static_cast<Word*>(
      ::mmap(nullptr, sizeof(Word), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  return *made;
}

Deed deed_of(const Walk& walk) {
  return {walk.prepare, walk.operation, walk.others, walk.wake, walk.ends_asleep};
}

std::string ask(const Walk& walk, Findings& found) {
  walk.afterwards();
  Word& word = shared_word();
  std::strcpy(word.text, "survivor died");
  const auto start = Clock::now();
  const pid_t survivor = fork_child([&] {
    const std::string said = walk.survivor();
    std::strncpy(word.text, said.c_str(), sizeof word.text - 1);
  });
  const bool in_time = ended(survivor, walk.patience);
  found.slowest = std::max(
      found.slowest, std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start));
  std::string verdict = in_time ? word.text : "hang";
  if (const std::string overruled = walk.after(); !overruled.empty()) verdict = overruled;
  return verdict;
}

// Ends a try that gave no verdict.
void clear_up(const Walk& walk) {
  walk.afterwards();
  walk.after();
}

// The first victims may meet what no later one will, such as slots of the table in which nobody has died
// yet. So the path is the first that is met again.
std::vector<Step> path_from_fresh(const Walk& walk) {
  // A participant, whose children need not have the loader look up what it takes to become one.
  (void)core::self<Processes>();
  const auto trace = [&] {
    walk.fresh();
    auto path = path_of(deed_of(walk), walk.most_rounds);
    clear_up(walk);
    return path;
  };
  auto path = trace();
  for (int tries = 1; tries < kMostTraces; ++tries) {
    const auto before = std::exchange(path, trace());
    if (path == before) break;
  }
  return path;
}

constexpr const char* kMissed = "missed";

// How many points a walk may have; 0: all there are.
int budget(int otherwise) {
  const char* chosen = std::getenv("GILFREE_CRASH_BUDGET");
  if (chosen == nullptr) return otherwise;
  return std::strcmp(chosen, "full") == 0 ? 0 : std::atoi(chosen);
}

// So far apart that `wanted` of `points` are met, the ends among them.
double distance(std::size_t points, int wanted) {
  if (wanted == 0 || points <= static_cast<std::size_t>(wanted) || points < 2) return 1;
  return static_cast<double>(points - 1) / std::max(1, wanted - 1);
}

using Verdicts = std::map<std::size_t, std::string>;

// Asks between two points that answered differently, until they are neighbours.
void close_in(Verdicts& verdicts, std::size_t low, std::size_t high,
              const std::function<std::string(std::size_t)>& judge) {
  const auto &below = verdicts.at(low), &above = verdicts.at(high);
  if (high - low < 2 || below == above || below == kMissed || above == kMissed) return;
  const std::size_t middle = low + (high - low) / 2;
  verdicts[middle] = judge(middle);
  close_in(verdicts, low, middle, judge);
  close_in(verdicts, middle, high, judge);
}

// Judges the points of a path that the budget allows, and where the word changes every one.
template <typename Judge>
Findings& spread_over(const std::vector<Step>& path, int points, Findings& found,
                      Judge judge_step) {
  const auto judge = [&](std::size_t at) { return judge_step(path[at]); };
  Verdicts verdicts;
  const double apart = distance(path.size(), budget(points));
  for (double next = 0; next < static_cast<double>(path.size()) - 0.5; next += apart) {
    const auto at = static_cast<std::size_t>(std::lround(next));
    verdicts[at] = judge(at);
  }
  std::vector<std::size_t> met;
  for (const auto& [at, verdict] : verdicts) met.push_back(at);
  for (std::size_t i = 1; i < met.size(); ++i) close_in(verdicts, met[i - 1], met[i], judge);

  found.instructions = static_cast<int>(path.size());
  for (const auto& [at, verdict] : verdicts) {
    verdict == kMissed ? (void)++found.missed : found.add(verdict, static_cast<int>(at) + 1);
  }
  return found;
}

}  // namespace

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
  Findings found;
  return spread_over(path_from_fresh(walk), kPoints, found, [&](const Step& step) -> std::string {
    walk.fresh();
    if (kill_at(deed_of(walk), step)) return ask(walk, found);
    clear_up(walk);
    return kMissed;
  });
}

Findings kill_in_recovery_too(const Walk& walk) {
  Findings found;
  const Deed recovery{walk.prepare, walk.recovery, {}, {}, false};
  const auto path = path_from_fresh(walk);
  const int pairs = budget(kPairs);
  const int each = static_cast<int>(std::sqrt(pairs));
  double shift = 0;  // so that neighbours meet different points
  const double apart = distance(path.size(), each);
  for (double next = 0; next < static_cast<double>(path.size()) - 0.5; next += apart) {
    const Step& first = path[std::lround(next)];
    walk.fresh();
    const bool killed = kill_at(deed_of(walk), first);
    const auto way_back = killed ? path_of(recovery, walk.most_rounds) : std::vector<Step>();
    clear_up(walk);
    found.instructions += static_cast<int>(apart * static_cast<double>(way_back.size()));
    const double stride = distance(way_back.size(), each);
    shift = std::fmod(shift + 0.618, 1);
    for (double at = shift * (stride - 1); at < static_cast<double>(way_back.size());
         at += stride) {
      walk.fresh();
      if (kill_at(deed_of(walk), first) &&
          kill_at(recovery, way_back[static_cast<std::size_t>(at)])) {
        found.add(ask(walk, found), static_cast<int>(at) + 1);
      } else {
        ++found.missed;
        clear_up(walk);
      }
    }
  }
  return found;
}

Findings freeze_at_every_instruction(const Walk& walk) {
  Findings found;
  return spread_over(path_from_fresh(walk), kFrozen, found, [&](const Step& step) -> std::string {
    walk.fresh();
    if (const pid_t victim = freeze_at(deed_of(walk), step); victim != 0) {
      walk.meanwhile();
      walk.goes_on ? thaw(victim) : end(victim);
      const auto verdict = ask(walk, found);
      if (walk.goes_on) end(victim);
      return verdict;
    }
    clear_up(walk);
    return kMissed;
  });
}

std::string ask_survivor(const Walk& walk) {
  Findings ignored;
  walk.fresh();
  return ask(walk, ignored);
}

}  // namespace gilfree::testing
