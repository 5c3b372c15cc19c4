#include "harness/measure/probes.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "harness/base/cpus.h"
#include "harness/base/errors.h"
#include "harness/measure/calibration.h"

namespace harness {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kBatch = 15ms;
constexpr int kSteps = 200'000;  // some tenths of a millisecond
constexpr int kLines = 8;        // each of 1,000 round trips

// Each step needs the result of the one before; only registers are used.
void compute_once() {
  std::uint64_t x = 1;
  for (int step = 0; step < kSteps; ++step) {
    x = x * 6364136223846793005u + 1;
    asm volatile("" : "+r"(x));
  }
}

// Returns the mean time of an operation, over a batch.
template <typename Operation>
double mean_ns(Operation operation) {
  const auto begun = Clock::now();
  std::int64_t done = 0;
  do {
    operation();
    ++done;
  } while (Clock::now() - begun < kBatch);
  return std::chrono::duration<double, std::nano>(Clock::now() - begun).count() /
         static_cast<double>(done);
}

}  // namespace

Probes::Probes() {
  if (::pipe2(there_, O_CLOEXEC) != 0 || ::pipe2(back_, O_CLOEXEC) != 0) {
    const std::string why = reason(errno);
    close_all();
    throw std::runtime_error("no pipe for the probe of wake-ups: " + why);
  }
  const auto cpus = allowed_cpus();
  asking_on_ = cpus.empty() ? 0 : cpus.front();
  answering_ = std::thread([this, cpu = cpus.empty() ? 0 : cpus.back()] {
    stay_on(cpu);
    char byte;
    while (::read(there_[0], &byte, 1) == 1 && ::write(back_[1], &byte, 1) == 1) continue;
  });
}

Probes::~Probes() {
  ::close(std::exchange(there_[1], -1));  // the thread reads the end of the file
  answering_.join();
  close_all();
}

void Probes::close_all() {
  for (int fd : {there_[0], there_[1], back_[0], back_[1]}) {
    if (fd >= 0) ::close(fd);
  }
}

double Probes::compute() const { return mean_ns(compute_once); }

std::optional<double> Probes::cache_line() const {
  double sum = 0;
  for (int i = 0; i < kLines; ++i) {
    const auto line = line_bounce_ns(5ms);
    if (!line) return std::nullopt;
    sum += *line;
  }
  return sum / kLines;
}

// In a thread of its own, which alone is bound to a CPU.
double Probes::wake_up() const {
  double round_trip = 0;
  std::thread asking([&] {
    stay_on(asking_on_);
    bool failed = false;
    round_trip = mean_ns([&] {
      char byte = 0;
      failed = failed || ::write(there_[1], &byte, 1) != 1 || ::read(back_[0], &byte, 1) != 1;
    });
    if (failed) round_trip = 0;
  });
  asking.join();
  if (round_trip == 0) throw std::runtime_error("the probe of wake-ups lost its thread");
  return round_trip / 2;
}

}  // namespace harness
