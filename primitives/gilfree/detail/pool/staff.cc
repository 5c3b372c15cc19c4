#include "gilfree/detail/pool/staff.h"

namespace gilfree::detail {
namespace {

using namespace std::chrono_literals;

constexpr auto kSupervisorsLastWord = 1s;

}  // namespace

PoolStaff::PoolStaff(PoolShare& share, const PoolPlan& plan) : share_(share), plan_(plan) {
  start();
}

std::vector<pid_t> PoolStaff::pids() const {
  std::vector<pid_t> all;
  for (int worker = 0; worker < share_.workers; ++worker) {
    all.push_back(share_.slot(worker).pid.load(std::memory_order_acquire));
  }
  return all;
}

void PoolStaff::start() {
  supervisor_.emplace([this] { return supervise(share_, plan_); },
                      ProcessOptions{.name = "PoolSupervisor", .daemon = true});
  supervisor_->start();
}

void PoolStaff::end() {
  supervisor_->terminate();
  if (!supervisor_->join_for(kSupervisorsLastWord)) supervisor_->kill();
  supervisor_->join();
  share_.await_workers_end();
}

}  // namespace gilfree::detail
