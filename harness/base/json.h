// Json: nlohmann's, with its keys in the order in which they were written.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace harness {

using Json = nlohmann::ordered_json;

// Returns it as text. Bytes that are not UTF-8, as others may have written them, are replaced.
inline std::string to_text(const Json& value, int indent = -1) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace harness
