// Accounts: what a queue counts besides its items, kept in its shared state under the consumers' lock.
//
//   auto observer = accounts.read_observer();
//   observer.open();                  // before an item is moved; may throw, and then nothing has changed
//   observer.before(items, head);     // before the commit of the new head, which takes that many items out
//   observer.after();                 // after it
//   accounts.repair(head);            // after a death under the lock: was before() called for that head?
//
// Here are those of a queue that counts nothing; those of a JoinableQueue are in unfinished_tasks.h.
#pragma once

#include <cstdint>

namespace gilfree::detail {

struct NoReadObserver {
  void open() {}
  void before(std::uint64_t /*items*/, std::uint64_t /*head*/) noexcept {}
  void after() noexcept {}
};

struct NoAccounts {
  NoReadObserver read_observer() { return {}; }
  void repair(std::uint64_t /*head*/) {}
};

}  // namespace gilfree::detail
