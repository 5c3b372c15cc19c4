// Json, for headers that only name it: what it can do is in json.h, which takes a compiler seconds to read.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace harness {

using Json = nlohmann::ordered_json;

}  // namespace harness
