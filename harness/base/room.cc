#include "harness/base/room.h"

#include <unistd.h>

#include <cstddef>
#include <string>

#include "harness/base/files.h"

namespace harness {
namespace {

constexpr std::size_t kRoom = 64 << 10;

}  // namespace

void expect_room(const std::filesystem::path& folder) {
  const auto probe = folder / (".room-" + std::to_string(::getpid()));
  write_file(probe, std::string(kRoom, '\0'));
  ::unlink(probe.c_str());
}

}  // namespace harness
