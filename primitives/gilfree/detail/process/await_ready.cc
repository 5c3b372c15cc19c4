#include "gilfree/detail/process/await_ready.h"

#include <sys/select.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <vector>

namespace gilfree::detail {
namespace {

// A set of descriptors for select(2), as large as it has to be: an fd_set holds none above 1023.
class FileSet {
 public:
  explicit FileSet(int count) : words_(static_cast<std::size_t>(count / kBits + 1)) {}

  void add(int file) { word(file) |= bit(file); }
  bool has(int file) { return (word(file) & bit(file)) != 0; }
  fd_set* get() { return reinterpret_cast<fd_set*>(words_.data()); }

 private:
  static constexpr int kBits = NFDBITS;

  unsigned long& word(int file) { return words_[static_cast<std::size_t>(file / kBits)]; }
  static unsigned long bit(int file) { return 1ul << (file % kBits); }

  std::vector<unsigned long> words_;
};

int select_on(std::span<pollfd> files, const timespec* timeout) {
  int count = 0;
  for (const pollfd& each : files) count = std::max(count, each.fd + 1);
  FileSet readable(count), writable(count);
  for (const pollfd& each : files) {
    if (each.fd < 0) continue;
    if ((each.events & POLLIN) != 0) readable.add(each.fd);
    if ((each.events & POLLOUT) != 0) writable.add(each.fd);
  }
  const int ready = ::pselect(count, readable.get(), writable.get(), nullptr, timeout, nullptr);
  for (pollfd& each : files) {
    each.revents = 0;
    if (ready <= 0 || each.fd < 0) continue;
    if (readable.has(each.fd)) each.revents |= POLLIN;
    if (writable.has(each.fd)) each.revents |= POLLOUT;
  }
  return ready;
}

}  // namespace

bool await_ready(std::span<pollfd> files, Deadline deadline) {
  const auto now = Clock::now();
  const auto ns = std::chrono::nanoseconds(std::max(deadline, now) - now).count();
  const timespec time{.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
  const timespec* const timeout = deadline == kNever ? nullptr : &time;
  int ready = ::ppoll(files.data(), files.size(), timeout, nullptr);
  if (ready < 0 && errno == EINVAL) ready = select_on(files, timeout);
  return ready >= 0 || errno == EINTR;
}

}  // namespace gilfree::detail
