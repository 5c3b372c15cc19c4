// ForkServerProcess: a small process that makes children for its parent, and the connection to it.
//
//   parent ── request: what to call, with what ──▶ server ── fork_sibling ──▶ child of the parent
//          ◀── the child's pid ──────────────────
//
// One mutex of the parent's guards a request and its answer. Descriptors are closed in every child, whichever process
// makes it.
//
// Crash       Neither waits for the other longer than it lives (peer_channel.h). `born` is shared memory into
//             which the kernel writes each child's pid, so that the parent knows of a child whose
//             server died before it could answer: start() then gives it, and throws otherwise.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gilfree/detail/process/peer_channel.h"

namespace gilfree::detail {

struct ProcessRecord;

// Calls what `bytes` say; its result is the exit code. The address means the same in the server and its
// children: they are copies of the process that made it.
using RunTarget = int (*)(const std::byte* bytes);

class ForkServerProcess {
 public:
  ForkServerProcess();
  // Ends it.
  ~ForkServerProcess();
  ForkServerProcess(const ForkServerProcess&) = delete;
  ForkServerProcess& operator=(const ForkServerProcess&) = delete;

  // The pid of the child. Throws WorkerLost if the server is dead.
  pid_t start(const std::string& name, bool daemon, RunTarget run,
              const std::vector<std::byte>& target);

  ProcessRecord& process() const { return *process_; }

 private:
  std::shared_ptr<void> memory_;
  pid_t* born_;
  std::shared_ptr<ProcessRecord> process_;
  std::mutex mutex_;
  std::optional<PeerChannel> peer_;
};

// What start() asks for.
struct Order {
  std::shared_ptr<ForkServerProcess> server;
  RunTarget run;
  std::vector<std::byte> target;
};

}  // namespace gilfree::detail
