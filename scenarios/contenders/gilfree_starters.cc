// gilfree's Process, Process by a ForkServer, and Thread: started for nothing, and as workers.
#include <functional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "scenarios/cpu_scaling.h"
#include "scenarios/lifecycle.h"

#include <gilfree/fork_server.h>
#include <gilfree/process.h>
#include <gilfree/thread.h>

namespace scenarios {
namespace {

struct ProcessStarter {
  static constexpr Facts kFacts{.name = "process",
                                .label = "gilfree mp::Process",
                                .family = "gilfree",
                                .primitive = "process",
                                .wait = "block"};
  static void start_and_join() {
    join(gilfree::Process([] {}));
  }
  static void join(gilfree::Process process) {
    process.start();
    process.join();
    if (process.exitcode() != 0) throw std::runtime_error("the child failed");
  }
};

// The server is made before the starter's memory is written to.
struct ForkServerStarter {
  static constexpr Facts kFacts{.name = "process_fork_server",
                                .label = "gilfree mp::Process, ForkServer",
                                .family = "gilfree",
                                .primitive = "process",
                                .wait = "block"};
  static void prepare() { (void)server(); }
  static void start_and_join() {
    ProcessStarter::join(gilfree::Process(server(), [] {}));
  }

 private:
  static gilfree::ForkServer& server() {
    static gilfree::ForkServer made;
    return made;
  }
};

struct ThreadStarter {
  static constexpr Facts kFacts{.name = "thread",
                                .label = "gilfree th::Thread",
                                .family = "gilfree",
                                .primitive = "thread",
                                .wait = "block"};
  static void start_and_join() {
    gilfree::Thread thread([] {});
    thread.start();
    thread.join();
  }
};

template <WorkerKind K>
struct GilfreeWorkers {
  static constexpr bool kThreads = K == WorkerKind::kThreads;
  static constexpr Facts kFacts = kThreads ? ThreadStarter::kFacts : ProcessStarter::kFacts;
  using Worker = std::conditional_t<kThreads, gilfree::Thread, gilfree::Process>;
  using Options = std::conditional_t<kThreads, gilfree::ThreadOptions, gilfree::ProcessOptions>;

  static void run(const Bodies& bodies, const std::function<void()>& measure) {
    std::vector<Worker> workers;
    for (const auto& body : bodies) workers.emplace_back(body, Options{.daemon = true});
    for (auto& worker : workers) worker.start();
    measure();
    for (auto& worker : workers) worker.join();
    for (auto& worker : workers) check(worker);
  }
  static void check(Worker& worker) {
    if constexpr (!kThreads) {
      if (worker.exitcode() != 0) throw std::runtime_error(worker.name() + " failed");
    }
  }
};

const Registration registered[] = {
    add_starter<ProcessStarter, WorkerKind::kProcesses>(),
    add_starter<ForkServerStarter, WorkerKind::kProcesses>(),
    add_starter<ThreadStarter, WorkerKind::kThreads>(),
    add_workers<GilfreeWorkers<WorkerKind::kThreads>, WorkerKind::kThreads>(),
    add_workers<GilfreeWorkers<WorkerKind::kProcesses>, WorkerKind::kProcesses>(),
};

}  // namespace
}  // namespace scenarios
