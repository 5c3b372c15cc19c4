// Manual: the page bench-all(1), in the macros of man(7).
#pragma once

#include <string>

#include "harness/command/reference.h"

namespace harness {

// Returns the page. Its date is that of $SOURCE_DATE_EPOCH, or today's.
std::string manual(const Reference& reference);

}  // namespace harness
