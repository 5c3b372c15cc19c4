// The stress test that stress/test.h shows.
#pragma once

#include "harness/stress/test.h"

namespace harness::testing {

extern const stress::Test counter;

}  // namespace harness::testing
