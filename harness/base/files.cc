#include "harness/base/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fstream>

#include "harness/base/errors.h"

namespace harness {

namespace fs = std::filesystem;

std::optional<std::string> read_text(const fs::path& path) {
  std::ifstream in(path);
  std::string text;
  char buffer[4096];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    text.append(buffer, static_cast<std::size_t>(in.gcount()));
  }
  if (!in.eof()) return std::nullopt;
  return text;
}

std::string hash_of(const std::string& bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  }
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

std::string content_of(const fs::path& path) { return hash_of(read_text(path).value_or("")); }

void cannot_write(const fs::path& path) { throw CannotWrite(path.string() + ": " + reason(errno)); }

void write_all(int fd, const fs::path& path, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) cannot_write(path);
    done += static_cast<std::size_t>(n);
  }
}

void write_file(const fs::path& path, const std::string& text) {
  const fs::path part = path.string() + "." + std::to_string(::getpid()) + ".part";
  const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) cannot_write(path);
  try {
    write_all(fd, path, text);
    if (::close(fd) != 0) cannot_write(path);
    if (::rename(part.c_str(), path.c_str()) != 0) cannot_write(path);
  } catch (...) {
    ::unlink(part.c_str());
    throw;
  }
}

}  // namespace harness
