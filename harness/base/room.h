// Room on a disk: whether what another program was to write there has failed for want of it.
#pragma once

#include <filesystem>

namespace harness {

// Throws CannotWrite unless some kilobytes more can be written in the folder.
void expect_room(const std::filesystem::path& folder);

}  // namespace harness
