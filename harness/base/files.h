// Files: small ones of the kernel read, results written whole.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace harness {

// Returns all that a file holds; nothing if it cannot be read.
std::optional<std::string> read_text(const std::filesystem::path& path);

// Returns a number of these bytes, FNV-1a of 64 bits in hexadecimal digits; and that of what a file holds: two that differ
// hold something else.
std::string hash_of(const std::string& bytes);
std::string content_of(const std::filesystem::path& path);

// Writes all of `text` to a descriptor. `path` is named in the CannotWrite that it throws.
void write_all(int fd, const std::filesystem::path& path, const std::string& text);

// Writes a whole file or throws CannotWrite; the old one stays until the new one is complete.
void write_file(const std::filesystem::path& path, const std::string& text);

// Throws CannotWrite: the path, and what errno says.
[[noreturn]] void cannot_write(const std::filesystem::path& path);

}  // namespace harness
