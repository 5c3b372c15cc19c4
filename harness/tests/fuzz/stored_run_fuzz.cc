// Fuzzes what is done with the events.jsonl of a stored run: it is read to be compared, also with itself, and
// cut back to be resumed; or one line says what is wrong with it.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "harness/base/errors.h"
#include "harness/judge/stored_run.h"
#include "harness/record/unfinished.h"
#include "harness/tests/fuzz/events_file.h"

namespace {

// A refusal is one line.
template <typename Read>
void read_or_refuse(Read read) {
  try {
    read();
  } catch (const harness::BadUsage& refusal) {
    const std::string said = refusal.what();
    if (said.empty() || said.find('\n') != std::string::npos) {
      std::fprintf(stderr, "not one line: %s\n", said.c_str());
      std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using harness::testing::fuzz_folder;
  harness::testing::write_events(data, size);
  read_or_refuse([] {
    const auto run = harness::read_run(fuzz_folder(), "run");
    (void)harness::compare_runs(run, run, {.lenient = true});
  });
  read_or_refuse([] { (void)harness::facts_of_unfinished(fuzz_folder()); });
  read_or_refuse([] { (void)harness::cut_back(fuzz_folder()); });
  return 0;
}
