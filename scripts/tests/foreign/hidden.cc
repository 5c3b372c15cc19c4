// A program whose symbols are hidden: it and the shared library must agree on who this thread is.
#include <iostream>
#include <string>

#include <gilfree/multiprocessing.h>

namespace mp = gilfree::multiprocessing;

int main() {
  mp::Lock lock;
  lock.lock();
  lock.unlock();
  mp::Queue<int> queue(4);
  mp::Process child([&] { queue.put(7); });
  child.start();
  const int got = queue.get();
  child.join();
  mp::Pool pool(1);
  const int squared = pool.apply([](int x) { return x * x; }, got);
  std::cout << (got == 7 ? "lock queue " : "wrong ") << (squared == 49 ? "pool" : "wrong") << "\n";
}
