// The four kinds of queue in both scopes, for tests of what all of them promise.
//
//   TYPED_TEST_SUITE(AnyQueueTest, QueueKinds);       // or ThreadQueueKinds
//   QueueOf<TypeParam, int> queue(3);
#pragma once

#include <gtest/gtest.h>

#include <functional>

#include "gilfree/joinable_queue.h"
#include "gilfree/lifo_queue.h"
#include "gilfree/priority_queue.h"
#include "gilfree/queue.h"

namespace gilfree::testing {

template <Scope S>
struct Fifo {
  using scope = S;
  template <typename T>
  using Of = Queue<T, S>;
};
template <Scope S>
struct Lifo {
  using scope = S;
  template <typename T>
  using Of = LifoQueue<T, S>;
};
template <Scope S>
struct Priority {
  using scope = S;
  template <typename T>
  using Of = PriorityQueue<T, std::less<T>, S>;
};
template <Scope S>
struct Joinable {
  using scope = S;
  template <typename T>
  using Of = JoinableQueue<T, S>;
};

using QueueKinds = ::testing::Types<Fifo<Threads>, Fifo<Processes>, Lifo<Threads>, Lifo<Processes>,
                                    Priority<Threads>, Priority<Processes>, Joinable<Threads>,
                                    Joinable<Processes>>;
using ThreadQueueKinds =
    ::testing::Types<Fifo<Threads>, Lifo<Threads>, Priority<Threads>, Joinable<Threads>>;

template <typename Kind, typename T>
using QueueOf = typename Kind::template Of<T>;

}  // namespace gilfree::testing
