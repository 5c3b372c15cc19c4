// The tutorial's RLock: its holder may take it again, and has to release it as often. A Lock would
// wait for itself for ever, and says so.

#include <iostream>
#include <mutex>
#include <system_error>

#include <gilfree/multiprocessing.h>

namespace mp = gilfree::multiprocessing;

int depth(mp::RLock& rlock, int wanted) {
  const std::scoped_lock hold(rlock);
  return wanted == 1 ? 1 : 1 + depth(rlock, wanted - 1);
}

int main() {
  mp::RLock rlock;
  mp::Process p([&] { std::cout << "held " << depth(rlock, 3) << " times\n"; });
  p.start();
  p.join();
  std::cout << "held afterwards: " << std::boolalpha << rlock.locked() << '\n';

  mp::Lock lock;
  const std::scoped_lock hold(lock);
  try {
    lock.lock();
  } catch (const std::system_error& error) {
    std::cout << error.what() << '\n';
  }
}
