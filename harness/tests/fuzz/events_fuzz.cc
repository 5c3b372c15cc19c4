// Fuzzes events.jsonl: whatever it holds, the tables are made, or one line says what is wrong with it.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "harness/record/tables.h"

namespace {

const std::filesystem::path& folder() {
  static const auto made = [] {
    char name[] = "/dev/shm/events-fuzz-XXXXXX";
    const char* path = ::mkdtemp(name);
    if (path == nullptr) std::abort();
    std::atexit([] { std::filesystem::remove_all(folder()); });
    return std::filesystem::path(path);
  }();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::ofstream(folder() / "events.jsonl", std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  try {
    harness::write_tables(folder());
  } catch (const std::runtime_error& refusal) {
    const std::string said = refusal.what();
    if (said.find('\n') != std::string::npos || said.find("events.jsonl") == std::string::npos) {
      std::fprintf(stderr, "not one line that names the file: %s\n", said.c_str());
      std::abort();
    }
  }
  return 0;
}
