#include "harness/base/cpus.h"

#include <sched.h>

#include <cerrno>

namespace harness {
namespace {

constexpr int kMostCpus = 1 << 16;

}  // namespace

std::vector<int> allowed_cpus() {
  // EINVAL: the kernel has more CPUs than the set has room for.
  for (int most = CPU_SETSIZE; most <= kMostCpus; most *= 2) {
    std::vector<cpu_set_t> set(static_cast<std::size_t>(most / CPU_SETSIZE));
    const std::size_t bytes = set.size() * sizeof(cpu_set_t);
    if (::sched_getaffinity(0, bytes, set.data()) != 0) {
      if (errno == EINVAL) continue;
      break;
    }
    std::vector<int> cpus;
    for (int cpu = 0; cpu < most; ++cpu) {
      if (CPU_ISSET_S(static_cast<std::size_t>(cpu), bytes, set.data())) cpus.push_back(cpu);
    }
    return cpus;
  }
  return {};
}

bool stay_on(int cpu) {
  const auto number = static_cast<std::size_t>(cpu);
  std::vector<cpu_set_t> only(number / CPU_SETSIZE + 1);
  const std::size_t bytes = only.size() * sizeof(cpu_set_t);
  CPU_SET_S(number, bytes, only.data());
  return ::sched_setaffinity(0, bytes, only.data()) == 0;
}

}  // namespace harness
