// PipePool: a pool as one writes it by hand: forked workers, a pipe with tasks for all of them, and one
// with results.
//
// A message fits into one atomic write, so that any worker may read the next. It promises nothing: a
// task is lost with the worker that dies, without notice.
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "scenarios/pool_tasks.h"

namespace scenarios {
namespace {

class PipePool {
 public:
  static constexpr Facts kFacts{.name = "pipe_pool",
                                .label = "pool over pipes",
                                .family = "pipe",
                                .primitive = "pool",
                                .wait = "block"};
  static constexpr PoolTraits kTraits{.fifty = true};

  explicit PipePool(int workers)
      : single_(static_cast<std::size_t>(workers)), many_(static_cast<std::size_t>(workers)) {}

  void map(const Numbers& inputs, std::size_t chunk, Numbers& outputs) {
    if (chunk == 1) {
      single_.map(inputs, outputs);
    } else {
      many_.map(inputs, outputs);
    }
  }
  int call(int x) {
    Numbers one{x}, result(1);
    single_.map(one, result);
    return result[0];
  }

 private:
  // Consecutive numbers, as many as a message holds.
  template <std::size_t kNumbers>
  struct TaskBatch {
    std::uint32_t first;
    std::uint32_t count;
    std::array<int, kNumbers> numbers;
  };

  // Workers that understand messages of one size.
  template <std::size_t kNumbers>
  class PipeWorkers {
   public:
    explicit PipeWorkers(std::size_t count) {
      open(tasks_);
      open(results_);
      for (std::size_t i = 0; i < count; ++i) pids_.push_back(fork_worker());
      ::close(tasks_[0]);
      ::close(results_[1]);
      ::fcntl(tasks_[1], F_SETFL, O_NONBLOCK);
      ::fcntl(results_[0], F_SETFL, O_NONBLOCK);
    }
    ~PipeWorkers() {
      ::close(tasks_[1]);
      ::close(results_[0]);
      for (const pid_t pid : pids_) ::waitpid(pid, nullptr, 0);
    }
    PipeWorkers(const PipeWorkers&) = delete;
    PipeWorkers& operator=(const PipeWorkers&) = delete;

    void map(const Numbers& inputs, Numbers& outputs) {
      std::size_t sent = 0, received = 0;
      while (received < inputs.size()) {
        const bool wrote = sent < inputs.size() && send_some(inputs, sent);
        const bool read = receive_some(outputs, received);
        if (wrote || read) continue;
        pollfd ready[] = {{results_[0], POLLIN, 0}, {tasks_[1], POLLOUT, 0}};
        ::poll(ready, sent < inputs.size() ? 2 : 1, -1);
      }
    }

   private:
    using Task = TaskBatch<kNumbers>;
    static_assert(sizeof(Task) <= 4096, "a larger one would not be written at once");
    static constexpr std::size_t kBatch = std::max<std::size_t>(4096 / sizeof(Task), 1);

    static void open(int (&ends)[2]) {
      if (::pipe2(ends, O_CLOEXEC) != 0) cannot("pipe2");
    }

    pid_t fork_worker() {
      const pid_t parent = ::getpid(), pid = ::fork();
      if (pid < 0) cannot("fork");
      if (pid > 0) return pid;
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(1);  // it was killed before the line above
      ::close(tasks_[1]);
      ::close(results_[0]);
      for (Task message; ::read(tasks_[0], &message, sizeof message) == sizeof message;) {
        for (std::size_t i = 0; i < message.count; ++i) {
          message.numbers[i] = task(message.numbers[i]);
        }
        if (::write(results_[1], &message, sizeof message) != sizeof message) break;
      }
      ::_exit(0);
    }

    // As many messages as one write takes.
    bool send_some(const Numbers& inputs, std::size_t& sent) {
      std::array<Task, kBatch> batch;
      std::size_t messages = 0;
      for (std::size_t at = sent; messages < kBatch && at < inputs.size(); ++messages) {
        const auto count = std::min(kNumbers, inputs.size() - at);
        batch[messages].first = static_cast<std::uint32_t>(at);
        batch[messages].count = static_cast<std::uint32_t>(count);
        std::copy_n(inputs.begin() + static_cast<std::ptrdiff_t>(at), count,
                    batch[messages].numbers.begin());
        at += count;
      }
      const ssize_t bytes = ::write(tasks_[1], batch.data(), messages * sizeof(Task));
      if (bytes < 0 && errno == EAGAIN) return false;
      if (bytes < 0) broken("write to the workers");
      for (std::size_t i = 0; i < static_cast<std::size_t>(bytes) / sizeof(Task); ++i) {
        sent += batch[i].count;
      }
      return true;
    }
    bool receive_some(Numbers& outputs, std::size_t& received) {
      std::array<Task, kBatch> batch;
      const ssize_t bytes = ::read(results_[0], batch.data(), sizeof batch);
      if (bytes < 0 && errno == EAGAIN) return false;
      if (bytes <= 0) broken("read from the workers");
      for (std::size_t i = 0; i < static_cast<std::size_t>(bytes) / sizeof(Task); ++i) {
        std::copy_n(batch[i].numbers.begin(), batch[i].count,
                    outputs.begin() + static_cast<std::ptrdiff_t>(batch[i].first));
        received += batch[i].count;
      }
      return true;
    }

    int tasks_[2], results_[2];
    std::vector<pid_t> pids_;
  };

  PipeWorkers<1> single_;
  PipeWorkers<1022> many_;
};

const Registration registered = add_pool<PipePool, WorkerKind::kProcesses>();

}  // namespace
}  // namespace scenarios
