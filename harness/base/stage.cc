#include "harness/base/stage.h"

#include <unistd.h>

#include "harness/base/json.h"

namespace harness {
namespace {

int stages = -1;

}  // namespace

void say_stages_to(int fd) { stages = fd; }

void begin_stage(const std::string& what) {
  if (stages < 0) return;
  const std::string line = to_text({{"stage", what}}) + "\n";
  // One write of less than PIPE_BUF bytes is whole. If it fails, a message lacks its second half.
  (void)!::write(stages, line.data(), line.size());
}

}  // namespace harness
