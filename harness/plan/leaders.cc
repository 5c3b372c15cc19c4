#include "harness/plan/leaders.h"

#include <algorithm>

namespace harness {
namespace {

constexpr int kNamed = 2;  // the best, and what it is compared with
constexpr double kEnough =
    0.75;  // of the cases: so many must have a column to be compared by it (races.py)

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
  std::vector<const Case*> chosen;
  int of_all = 0, of_choices = 0;
  for (const auto& each : ranked) {
    const bool is_named = of_all++ < kNamed, is_picked = each.is_choice && of_choices++ < kNamed;
    if (is_named || is_picked) chosen.push_back(each.of);
  }
  return chosen;
}

}  // namespace harness
