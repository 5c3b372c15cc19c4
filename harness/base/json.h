// Json: nlohmann's, with its keys in the order in which they were written.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "harness/base/json_fwd.h"

namespace harness {

// Returns it as text. Bytes that are not UTF-8, as others may have written them, are replaced.
inline std::string to_text(const Json& value, int indent = -1) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace harness
