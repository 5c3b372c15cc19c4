// The tutorial's JoinableQueue: a daemon eats what the main process bakes, which waits until all is
// eaten before it ends, and the daemon with it.

#include <iostream>
#include <string>

#include <gilfree/multiprocessing.h>

namespace mp = gilfree::multiprocessing;

void consumer(mp::JoinableQueue<std::string>& q) {
  while (true) {
    const auto res = q.get();
    std::cout << "the consumer got " + res + '\n' << std::flush;
    q.task_done();
  }
}

void producer(mp::JoinableQueue<std::string>& q) {
  for (int i = 0; i < 10; ++i) {
    const std::string item = "bun " + std::to_string(i);
    q.put(item);
    std::cout << "the producer made " + item + '\n' << std::flush;
  }
  q.join();
}

int main() {
  mp::JoinableQueue<std::string> q(10);
  mp::Process p([&] { consumer(q); }, {.daemon = true});
  p.start();
  producer(q);
  std::cout << "the main thread\n";
}
