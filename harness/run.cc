// Run: what a scenario's body sees, over the launch's Control.
#include "harness/control.h"
#include "harness/engine.h"
#include "harness/scenario.h"

namespace harness {

bool Run::running() const {
  return control_.header().window.load(std::memory_order_relaxed) != ControlHeader::kStop;
}

Tally& Run::tally(int party) { return control_.tally(party); }
void Run::expect(int parties) { control_.expect(parties); }
int Run::tally_fd() const { return control_.fd(); }
void Run::measure() { control_.measure(); }
void Run::operation(const std::function<void()>& body) { run_engine(control_, body); }

void Run::note(std::string_view column, std::string_view text) {
  control_.facts[std::string(column)] = std::string(text);
}
void Run::note(std::string_view column, std::int64_t number) {
  control_.facts[std::string(column)] = number;
}

}  // namespace harness
