// A folder of this fuzzer's own, whose events.jsonl is what libFuzzer came up with.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace harness::testing {

inline const std::filesystem::path& fuzz_folder() {
  static const auto made = [] {
    char name[] = "/dev/shm/events-fuzz-XXXXXX";
    const char* path = ::mkdtemp(name);
    if (path == nullptr) std::abort();
    std::atexit([] { std::filesystem::remove_all(fuzz_folder()); });
    return std::filesystem::path(path);
  }();
  return made;
}

inline void write_events(const std::uint8_t* data, std::size_t size) {
  std::ofstream(fuzz_folder() / "events.jsonl", std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
}

}  // namespace harness::testing
