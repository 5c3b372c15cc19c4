// What becomes of a pool's workers when the process that made it is killed.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "gilfree/pipe.h"
#include "gilfree/pool.h"
#include "gilfree/queue.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {

// Kills that process while both workers are in a task that does not end: the pipe's end says that none of them is left.
inline void expect_workers_die_with_their_maker(const PoolOptions& options) {
  Queue<int, Processes> begun(2);
  auto [receiver, sender] = Pipe<int, Processes>({.duplex = false});
  const pid_t owner = fork_child([&] {
    Pool<Processes> pool(2, options);
    auto stays = pool.map_async(
        [&begun](int x) {
          begun.put(x);
          while (true) ::pause();
        },
        std::vector<int>{1, 2}, 1);
    stays.wait();
  });
  sender.close();
  EXPECT_EQ(begun.get() + begun.get(), 3);
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  EXPECT_THROW(receiver.recv(), EndOfFile) << "a worker lives on";
}

}  // namespace gilfree::testing
