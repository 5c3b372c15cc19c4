// Fuzzes events.jsonl: whatever it holds, the tables are made, or one line says what is wrong with it.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "harness/record/tables.h"
#include "harness/tests/fuzz/events_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  harness::testing::write_events(data, size);
  try {
    harness::write_tables(harness::testing::fuzz_folder());
  } catch (const std::runtime_error& refusal) {
    const std::string said = refusal.what();
    if (said.find('\n') != std::string::npos || said.find("events.jsonl") == std::string::npos) {
      std::fprintf(stderr, "not one line that names the file: %s\n", said.c_str());
      std::abort();
    }
  }
  return 0;
}
