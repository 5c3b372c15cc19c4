// The tutorial's Queue: one process puts, one gets until nothing has come for a while.
//
// Python's Empty and Full are answers here: nothing, or false. Each line is flushed, so that it is
// written as one.

#include <chrono>
#include <iostream>
#include <random>
#include <string>

#include <gilfree/multiprocessing.h>

namespace mp = gilfree::multiprocessing;
using namespace std::chrono_literals;

void getter(mp::Queue<double>& queue) {
  std::cout << "Son process Getter\n" << std::flush;
  while (const auto value = queue.try_get_for(500ms)) {
    std::cout << "Process getter get: " + std::to_string(*value) + '\n' << std::flush;
  }
}

void putter(mp::Queue<double>& queue) {
  std::cout << "Son process Putter\n" << std::flush;
  std::mt19937 random(1);
  for (int i = 0; i < 1000; ++i) {
    const double value = std::uniform_real_distribution()(random);
    queue.put(value);
    std::cout << "Process putter put: " + std::to_string(value) + '\n' << std::flush;
  }
}

int main() {
  mp::Queue<double> queue(100);
  mp::Process getter_process([&] { getter(queue); });
  mp::Process putter_process([&] { putter(queue); });
  getter_process.start();
  putter_process.start();
  getter_process.join();
  putter_process.join();

  for (int i = 0; i < 100; ++i) queue.put(i);
  if (!queue.try_put(100)) std::cout << "full at once\n";
  if (!queue.try_put_for(100, 10ms)) std::cout << "full after 10 ms\n";
}
