// Run: what a scenario's body sees, over the launch's Control.
#include "harness/control.h"
#include "harness/engine.h"
#include "harness/scenario.h"

namespace harness {

Run::Run(const Point& point, std::uint64_t seed, std::string interpreter, Control& control)
    : point_(point),
      seed_(seed),
      interpreter_(std::move(interpreter)),
      control_(control),
      header_(control.header()) {}

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
