// The tutorial's pool: ten tasks for two processes, which take turns at them.

#include <chrono>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <gilfree/multiprocessing.h>

namespace mp = gilfree::multiprocessing;
using namespace std::chrono_literals;

void task(int number) {
  std::cout << "hello, " + std::to_string(number) + '\n' << std::flush;
  std::this_thread::sleep_for(10ms);
}

int main() {
  mp::Pool pool(2);

  std::vector<mp::AsyncResult<void>> results;
  for (int x = 0; x < 10; ++x) results.push_back(pool.apply_async(task, x));

  pool.close();
  pool.join();

  std::cout << "processes done.\n";
  for (auto& result : results) result.get();  // throws what a task threw; the tutorial prints None
}
