// What mends the tutorial's counter: a Value is one and the same in every process, and brings its lock.

#include <iostream>
#include <mutex>

#include <gilfree/multiprocessing.h>

namespace mp = gilfree::multiprocessing;

void task(mp::Value<int>& counter) {
  for (int i = 0; i < 10; ++i) {
    const std::scoped_lock hold(counter);
    ++counter.value();
  }
}

int main() {
  mp::Value<int> counter(0);
  mp::Process p1([&] { task(counter); }), p2([&] { task(counter); });
  p1.start();
  p2.start();
  p1.join();
  p2.join();
  std::cout << counter.value() << '\n';
}
