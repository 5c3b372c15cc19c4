// fixture-bench: bench-all with the scenarios of the tests in place of the real ones.
#include "harness/tests/fixtures.h"

int main(int argc, char** argv) {
  return harness::main(argc, argv, {&harness::testing::counting, &harness::testing::trouble});
}
