#include "harness/plan/leaders.h"

#include <algorithm>

namespace harness {
namespace {

// So many of the cases must have a column to be compared by it (races.py).
constexpr double kEnough = 0.75;

std::size_t column_of(const std::vector<Showing>& shown) {
  std::array<std::ptrdiff_t, std::tuple_size_v<decltype(Showing::merits)>> having{};
  for (std::size_t column = 0; column < having.size(); ++column) {
    having[column] = std::count_if(shown.begin(), shown.end(),
                                   [&](auto& each) { return each.merits[column] > 0; });
  }
  const auto most = static_cast<double>(*std::max_element(having.begin(), having.end()));
  const auto enough = std::find_if(having.begin(), having.end(), [&](std::ptrdiff_t count) {
    return static_cast<double>(count) >= kEnough * most;
  });
  return static_cast<std::size_t>(enough - having.begin());
}

}  // namespace

std::vector<const Case*> leaders(const std::vector<Showing>& shown) {
  const std::size_t column = column_of(shown);
  auto ranked = shown;
  std::erase_if(ranked, [&](auto& each) { return each.merits[column] <= 0; });
  std::stable_sort(ranked.begin(), ranked.end(), [&](auto& one, auto& other) {
    return one.merits[column] > other.merits[column];
  });
  auto choices = ranked;
  std::erase_if(choices, [](auto& each) { return !each.is_choice; });
  std::vector<const Case*> chosen;
  const auto choose = [&](const Showing& each) {
    if (std::find(chosen.begin(), chosen.end(), each.of) == chosen.end()) chosen.push_back(each.of);
  };
  const auto choose_from = [&](const std::vector<Showing>& from, auto&& is_wanted) {
    const auto found = std::find_if(from.begin(), from.end(), is_wanted);
    if (found != from.end()) choose(*found);
  };
  for (const auto* each : {&ranked, &choices}) choose_from(*each, [](auto&) { return true; });
  for (const auto* each : {&ranked, &choices}) {
    choose_from(*each, [&](auto& other) { return other.library != each->front().library; });
  }
  for (const auto* each : {&ranked, &choices}) {
    choose_from(*each, [&](auto& other) { return other.of != each->front().of; });
  }
  return chosen;
}

}  // namespace harness
