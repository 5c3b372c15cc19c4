#include "harness/stress/actor.h"

#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "harness/base/cpus.h"

namespace harness::stress {
namespace {

// The actor that this thread is. Read by the signal's handler.
thread_local Actor* self = nullptr;

int interruption() { return SIGRTMIN + 3; }

void spin_for(std::uint64_t ns) {
  timespec from{}, now{};
  ::clock_gettime(CLOCK_MONOTONIC, &from);
  do {
    ::clock_gettime(CLOCK_MONOTONIC, &now);
  } while (static_cast<std::uint64_t>((now.tv_sec - from.tv_sec) * 1'000'000'000 + now.tv_nsec -
                                      from.tv_nsec) < ns);
}

void sleep_for(std::uint64_t ns) {
  const timespec time{0, static_cast<long>(ns)};
  ::nanosleep(&time, nullptr);
}

const std::vector<int>& cpus() {
  static const std::vector<int> all = allowed_cpus();
  return all;
}

// Sends `signal` to the calling thread, or its process, in `ns` nanoseconds. Returns false if the kernel
// refuses.
bool make_timer(int signal, timer_t& timer) {
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = signal;
#ifdef sigev_notify_thread_id
  event.sigev_notify_thread_id = ::gettid();
#else
  event._sigev_un._tid = ::gettid();
#endif
  return ::timer_create(CLOCK_MONOTONIC, &event, &timer) == 0;
}

void set_timer(timer_t timer, std::uint64_t ns) {
  itimerspec when{};
  when.it_value.tv_sec = static_cast<time_t>(ns / 1'000'000'000);
  when.it_value.tv_nsec = static_cast<long>(ns % 1'000'000'000);
  ::timer_settime(timer, 0, &when, nullptr);
}

}  // namespace

// The handler of the timer's signal: delays the actor wherever it is, and arms the timer again. Calls only
// what is async-signal-safe.
void interrupt_actor(int) {
  const int error = errno;
  if (self != nullptr && self->has_timer_) {
    self->delay(self->interruptions_);
    self->arm_timer(2 * static_cast<std::uint64_t>(self->config_.interrupt_us));
  }
  errno = error;
}

Actor::Actor(int number, const Config& config, std::uint64_t seed, Board& board)
    : number_(number),
      config_(config),
      board_(board),
      state_(board.actors[static_cast<std::size_t>(number)]),
      random_(seed_for(seed, static_cast<std::uint64_t>(number) + 1)),
      interruptions_(random_.next()) {
  if (config.kills == 0) return;
  Random choice(seed_for(seed, "kills"));
  // The first `kills` of a random order of the actors.
  std::vector<int> order;
  for (int each = 0; each < config.actors; ++each) order.push_back(each);
  for (std::size_t i = order.size() - 1; i > 0; --i)
    std::swap(order[i], order[choice.below(i + 1)]);
  const auto doomed = order.begin() + config.kills;
  is_doomed_ = std::find(order.begin(), doomed, number) != doomed;
  kill_step_ = random_.below(static_cast<std::uint64_t>(config.operations) * 2 + 1);
  kill_ns_ = 1 + random_.magnitude(2'000'000);
}

void Actor::begin() {
  self = this;
  state_.pid.store(::getpid());
  state_.tid.store(::gettid());
  state_.state.store(ActorState::kRuns);
  if (config_.cpus == Config::Cpus::kOne) take_cpu(0);
  if (config_.cpus == Config::Cpus::kEach) take_cpu(number_);
  if (config_.nice > 0) {
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), random_.between(0, config_.nice));
  }
  board_.began.fetch_add(1);
  while (board_.began.load() < static_cast<std::uint32_t>(config_.actors)) ::sched_yield();
  if (config_.interrupt_us > 0) {
    struct sigaction action {};
    action.sa_handler = interrupt_actor;
    action.sa_flags = SA_RESTART;
    ::sigaction(interruption(), &action, nullptr);
    timer_t timer{};
    has_timer_ = make_timer(interruption(), timer);
    timer_ = timer;
    if (has_timer_) arm_timer(2 * static_cast<std::uint64_t>(config_.interrupt_us));
  }
}

void Actor::end() {
  if (has_timer_) {
    has_timer_ = false;
    ::timer_delete(static_cast<timer_t>(timer_));
  }
  self = nullptr;
}

void Actor::arm_timer(std::uint64_t most_us) {
  set_timer(static_cast<timer_t>(timer_), 1000 + interruptions_.below(most_us * 1000));
}

void Actor::take_cpu(int at) {
  if (!cpus().empty()) stay_on(cpus()[static_cast<std::size_t>(at) % cpus().size()]);
}

void Actor::delay(Random& random) {
  switch (random.below(4)) {
    case 0:
      ::sched_yield();
      break;
    case 1:
    case 2:
      spin_for(random.magnitude(20'000));
      break;
    default:
      sleep_for(random.magnitude(500'000));
  }
}

void Actor::at(const char* what) {
  state_.at.store(what, std::memory_order_relaxed);
  const auto step = state_.steps.fetch_add(1, std::memory_order_relaxed);
  if (is_doomed_ && step == kill_step_) {
    timer_t timer{};
    if (make_timer(SIGKILL, timer)) set_timer(timer, kill_ns_);
  }
  if (config_.delays != Config::Delays::kNone) {
    if (random_.once_in(config_.delays == Config::Delays::kMany ? 3 : 30)) delay(random_);
  }
  if (config_.cpus == Config::Cpus::kMoving && random_.once_in(16)) {
    take_cpu(static_cast<int>(random_.below(1024)));
  }
}

void Actor::meet() {
  const auto wanted = ++met_ * static_cast<std::uint32_t>(config_.actors);
  board_.meeting.fetch_add(1);
  for (int looks = 0; board_.meeting.load(std::memory_order_acquire) < wanted; ++looks) {
    if (looks > 2000) ::sched_yield();
  }
}

void point(const char* what) {
  if (self != nullptr) self->at(what);
}

}  // namespace harness::stress
