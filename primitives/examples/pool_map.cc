// The tutorial's map: as many processes as there are CPUs, and the results in the order of the inputs.

#include <chrono>
#include <iostream>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include <gilfree/multiprocessing.h>

namespace mp = gilfree::multiprocessing;
using namespace std::chrono_literals;

std::string task(int number) {
  std::cout << "hello, " + std::to_string(number) + '\n' << std::flush;
  std::this_thread::sleep_for(10ms);
  return "msg: " + std::to_string(number);
}

int main() {
  mp::Pool pool(mp::cpu_count());

  std::vector<int> messages(10);
  std::iota(messages.begin(), messages.end(), 0);
  const std::vector<std::string> results = pool.map(task, messages);

  pool.close();
  pool.join();

  std::cout << "processes done, result:\n";
  for (const auto& result : results) std::cout << result << '\n';
}
