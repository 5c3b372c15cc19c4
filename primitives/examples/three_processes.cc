// The tutorial's three processes side by side: how many CPUs there are, which process runs, how long it takes.

#include <chrono>
#include <iostream>
#include <string>
#include <thread>

#include <gilfree/multiprocessing.h>

namespace mp = gilfree::multiprocessing;
using namespace std::chrono_literals;

void task(int number, const std::string& message) {
  std::cout << "task" + std::to_string(number) + ": hello, " + message + '\n' << std::flush;
  std::this_thread::sleep_for(100ms);
}

int main() {
  mp::Process p1([] { task(1, "one"); }), p2([] { task(2, "two"); }), p3([] { task(3, "three"); });
  const auto start = std::chrono::steady_clock::now();
  p1.start();
  p2.start();
  p3.start();

  std::cout << "The number of CPU is:" << mp::cpu_count() << '\n';
  for (const auto& p : mp::active_children()) {
    std::cout << "child p.name: " << p.name() << "\tp.id: " << p.pid() << '\n';
  }

  p1.join();
  p2.join();
  p3.join();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  std::cout << "3 processes take " << taken.count() << " seconds\n";
}
