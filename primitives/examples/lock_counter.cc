// The tutorial's second Lock: two processes count, under a lock, and the counter stays 0.
//
// The lock is right and does not help: each process has a copy of the global, and counts in that. See
// value_counter.cc for the counter that they share.

#include <iostream>
#include <mutex>

#include <gilfree/multiprocessing.h>

namespace mp = gilfree::multiprocessing;

int counter = 0;

void task(mp::Lock& lock) {
  for (int i = 0; i < 10; ++i) {
    const std::scoped_lock hold(lock);
    ++counter;
  }
  std::cout << "in the child: " << counter << '\n';
}

int main() {
  mp::Lock lock;
  mp::Process p1([&] { task(lock); }), p2([&] { task(lock); });
  p1.start();
  p2.start();
  p1.join();
  p2.join();
  std::cout << "in the parent: " << counter << '\n';
}
