#include "harness/plan/schedule.h"

#include <algorithm>
#include <random>
#include <string>

namespace harness {
namespace {

// The cases by question, both in the order in which they were given.
std::vector<std::vector<const Case*>> by_question(const std::vector<Case>& cases) {
  std::vector<std::vector<const Case*>> groups;
  std::map<std::string, std::size_t> known;
  for (const auto& each : cases) {
    const auto [at, is_new] = known.emplace(each.question, groups.size());
    if (is_new) groups.emplace_back();
    groups[at->second].push_back(&each);
  }
  return groups;
}

}  // namespace

Schedule::Schedule(const std::vector<Case>& cases, const Rules& rules,
                   const std::function<Seconds(const Case&)>& expected)
    : rules_(rules) {
  for (const auto& each : cases) {
    costs_[&each] = expected(each);
    if (each.decisive()) decisive_.insert(&each);
  }
  std::mt19937_64 random(rules.seed);
  auto questions = by_question(cases);
  for (int round = 1; round <= rules.rounds; ++round) {
    if (rules.shuffled) std::shuffle(questions.begin(), questions.end(), random);
    for (auto& question : questions) {
      if (rules.shuffled) std::shuffle(question.begin(), question.end(), random);
      Block& block = blocks_.emplace_back();
      for (const Case* each : question) block.push_back({each, round});
    }
  }
}

std::optional<Launch> Schedule::next(Seconds elapsed) {
  while (now_.empty() && !blocks_.empty()) open_block(elapsed);
  if (now_.empty()) return std::nullopt;
  const Launch launch = now_.front();
  now_.pop_front();
  ++launches_;
  return launch;
}

void Schedule::open_block(Seconds elapsed) {
  if (!blocks_.front().empty() && blocks_.front().front().round > 1)
    learn_what_is_decisive(elapsed);
  const Seconds must = cost(true);
  Block block = std::move(blocks_.front());
  blocks_.pop_front();
  if (elapsed + must + cost(block, false) > rules_.budget) {
    left_out_ += std::erase_if(block, [&](const Launch& each) { return !is_certain(each); });
  }
  now_.assign(block.begin(), block.end());
}

void Schedule::learn_what_is_decisive(Seconds elapsed) {
  if (shown_.empty()) return;
  std::map<std::pair<std::string, std::string>, std::vector<Showing>> compared;
  for (const auto& each : shown_) compared[{each.of->question, each.between}].push_back(each);
  shown_.clear();
  std::vector<std::vector<const Case*>> leading;
  for (const auto& [question, shown] : compared) {
    const bool is_contested = std::any_of(shown.begin(), shown.end(), [](auto& each) {
      return each.of->scenario->has_leader && each.of->decisive();
    });
    if (is_contested) leading.push_back(leaders(shown));
  }
  Seconds must = elapsed + cost(true);
  bool has_room =
      true;  // what is less important takes no room that something else did not fit into
  for (std::size_t place = 0; place < kMostLeaders && has_room; ++place) {
    for (const auto& each : leading) {
      if (place >= each.size() || decisive_.contains(each[place])) continue;
      const Seconds more = cost(*each[place]);
      if (must + more > rules_.budget && !repeated_.contains(each[place])) {
        has_room = false;
        continue;
      }
      must += more;
      decisive_.insert(each[place]);
    }
  }
}

void Schedule::showed(const Showing& shown) {
  const auto is_known = [&](const Showing& each) { return each.of == shown.of; };
  if (std::none_of(shown_.begin(), shown_.end(), is_known)) shown_.push_back(shown);
}

void Schedule::already(const std::string& name, int round) {
  const auto is_it = [&](const Launch& each) {
    return each.round == round && each.of->name == name;
  };
  for (auto& block : blocks_) {
    const auto made = std::find_if(block.begin(), block.end(), is_it);
    if (made == block.end()) continue;
    before_ += costs_.at(made->of);
    if (round > 1) repeated_.insert(made->of);
    ++launches_;
    block.erase(made);
    return;
  }
}

void Schedule::drop(const Case& of) {
  const auto is_of = [&](const Launch& each) { return each.of == &of; };
  std::erase_if(now_, is_of);
  for (auto& block : blocks_) std::erase_if(block, is_of);
}

bool Schedule::is_certain(const Launch& launch) const {
  return launch.round == 1 || rules_.budget == kNoBudget || decisive_.contains(launch.of);
}

Seconds Schedule::cost(const Block& block, bool certain) const {
  Seconds sum{};
  for (const auto& each : block) {
    if (is_certain(each) == certain) sum += costs_.at(each.of);
  }
  return sum;
}

Seconds Schedule::cost(const Case& of) const {
  std::ptrdiff_t launches = 0;
  for (const auto& block : blocks_) {
    launches +=
        std::count_if(block.begin(), block.end(), [&](auto& each) { return each.of == &of; });
  }
  return launches * costs_.at(&of);
}

Seconds Schedule::cost(bool certain) const {
  Seconds sum{};
  for (const auto& block : blocks_) sum += cost(block, certain);
  return sum;
}

Seconds Schedule::time_left(Seconds elapsed) const {
  Seconds must = cost(true);
  for (const auto& each : now_) must += costs_.at(each.of);
  const Seconds room = std::max(Seconds{}, rules_.budget - elapsed - must);
  return must + std::min(cost(false), room);
}

}  // namespace harness
