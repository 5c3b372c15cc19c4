// Memory: how much this machine has left.
#pragma once

#include <cstdint>
#include <fstream>
#include <istream>
#include <limits>
#include <optional>
#include <string>

namespace scenarios {

// Returns what the kernel says can be had without swapping, in bytes; nothing if it does not say.
inline std::optional<std::uint64_t> available_memory(std::istream& meminfo) {
  for (std::string field; meminfo >> field;) {
    std::uint64_t kib = 0;
    if (field == "MemAvailable:" && meminfo >> kib) return kib << 10;
    meminfo.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return std::nullopt;
}
inline std::optional<std::uint64_t> available_memory() {
  std::ifstream meminfo("/proc/meminfo");
  return available_memory(meminfo);
}

}  // namespace scenarios
