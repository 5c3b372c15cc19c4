// NoDescriptors: this process can open nothing more, since all descriptors that it may have are taken.
// NoDescriptorAllowed: the same, since it may have none (RLIMIT_NOFILE is 0); what is open stays so.
//
//   const NoDescriptors none;          // until the end of the block
#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace gilfree::testing {

// This process may have so many descriptors, or as few as before.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t most) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit few = before_;
    few.rlim_cur = std::min(before_.rlim_cur, most);
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;

 private:
  rlimit before_{};
};

class NoDescriptorAllowed : public DescriptorLimit {
 public:
  NoDescriptorAllowed() : DescriptorLimit(0) {}
};

class NoDescriptors {
 public:
  NoDescriptors() {
    for (int file; (file = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) taken_.push_back(file);
  }
  ~NoDescriptors() {
    for (const int file : taken_) ::close(file);
  }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  const DescriptorLimit few_{64};
  std::vector<int> taken_;
};

}  // namespace gilfree::testing
