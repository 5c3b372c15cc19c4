// Json: nlohmann's, with its keys in the order in which they were written.
#pragma once

#include <nlohmann/json.hpp>

namespace harness {

using Json = nlohmann::ordered_json;

}  // namespace harness
