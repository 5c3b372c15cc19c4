// planted-bench: `planted-bench stress` has the planted bugs and, as peers, their sound twins.
#include "harness/scenario.h"
#include "harness/tests/planted/planted.h"

int main(int argc, char** argv) {
  auto tests = harness::testing::all_planted(true);
  for (auto& each : harness::testing::all_planted(false)) {
    each.is_peer = true;
    tests.push_back(std::move(each));
  }
  std::vector<const harness::stress::Test*> pointers;
  for (const auto& each : tests) pointers.push_back(&each);
  return harness::main(argc, argv, {}, pointers);
}
