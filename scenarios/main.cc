#include "scenarios/support/registry.h"
#include "scenarios/support/stress_registry.h"

int main(int argc, char** argv) {
  return harness::main(argc, argv, scenarios::all_scenarios(), scenarios::all_stress_tests());
}
