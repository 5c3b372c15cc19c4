// ForkServer, the working part: a small process that makes children for its parent.
//
//   parent ── request: what to call, with what ──▶ server ── fork_sibling ──▶ child of the parent
//          ◀── the child's pid ──────────────────
//
// One mutex of the parent's guards a request and its answer. Descriptors are closed in every child, by
// whomever it is made.
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
}

namespace gilfree::detail {

// Calls what `bytes` say; its result is the exit code. The address means the same in the server and its
// children: they are copies of the process that made it.
using RunTarget = int (*)(const std::byte* bytes);

class ForkServer {
 public:
  ForkServer();
  // Ends it.
  ~ForkServer();
  ForkServer(const ForkServer&) = delete;
  ForkServer& operator=(const ForkServer&) = delete;

  // The pid of the child. Throws WorkerLost if the server is dead.
  pid_t start(const std::string& name, bool daemon, RunTarget run,
              const std::vector<std::byte>& target);

  gilfree::detail::ProcessRecord& process() const { return *process_; }

 private:
  std::shared_ptr<void> memory_;
  pid_t* born_;
  std::shared_ptr<gilfree::detail::ProcessRecord> process_;
  std::mutex mutex_;
  std::optional<PeerChannel> peer_;
};

// What start() asks for.
struct Order {
  std::shared_ptr<ForkServer> server;
  RunTarget run;
  std::vector<std::byte> target;
};

}  // namespace gilfree::detail
