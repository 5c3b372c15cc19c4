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
  for (const auto& each : cases) costs_[&each] = expected(each);
  std::mt19937_64 random(rules.seed);
  auto questions = by_question(cases);
  for (int round = 1; round <= rules.rounds; ++round) {
    if (rules.shuffled) std::shuffle(questions.begin(), questions.end(), random);
    for (auto& question : questions) {
      if (rules.shuffled) std::shuffle(question.begin(), question.end(), random);
      Block block;
      for (const Case* each : question) {
        const bool certain = round == 1 || each->decisive() || rules.budget == kNoBudget;
        (certain ? block.certain : block.others).push_back({each, round});
      }
      blocks_.push_back(std::move(block));
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
  const Seconds must = certain_cost();
  const Block block = std::move(blocks_.front());
  blocks_.pop_front();
  now_.assign(block.certain.begin(), block.certain.end());
  if (elapsed + must + cost(block.others) <= rules_.budget) {
    now_.insert(now_.end(), block.others.begin(), block.others.end());
  } else {
    left_out_ += block.others.size();
  }
}

void Schedule::already(const std::string& name, int round) {
  const auto is_it = [&](const Launch& each) {
    return each.round == round && each.of->name == name;
  };
  for (auto& block : blocks_) {
    for (auto* launches : {&block.certain, &block.others}) {
      const auto made = std::find_if(launches->begin(), launches->end(), is_it);
      if (made == launches->end()) continue;
      before_ += costs_.at(made->of);
      ++launches_;
      launches->erase(made);
      return;
    }
  }
}

void Schedule::drop(const Case& of) {
  const auto is_of = [&](const Launch& each) { return each.of == &of; };
  std::erase_if(now_, is_of);
  for (auto& block : blocks_) {
    std::erase_if(block.certain, is_of);
    std::erase_if(block.others, is_of);
  }
}

Seconds Schedule::cost(const std::vector<Launch>& launches) const {
  Seconds sum{};
  for (const auto& each : launches) sum += costs_.at(each.of);
  return sum;
}

Seconds Schedule::certain_cost() const {
  Seconds sum{};
  for (const auto& block : blocks_) sum += cost(block.certain);
  return sum;
}

Seconds Schedule::time_left(Seconds elapsed) const {
  Seconds must = certain_cost(), may{};
  for (const auto& each : now_) must += costs_.at(each.of);
  for (const auto& block : blocks_) may += cost(block.others);
  const Seconds room = std::max(Seconds{}, rules_.budget - elapsed - must);
  return must + std::min(may, room);
}

}  // namespace harness
