// The tutorial's Semaphore: eight processes, of which two at a time may work.

#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gilfree/multiprocessing.h>

namespace mp = gilfree::multiprocessing;
using namespace std::chrono_literals;

void task(mp::Semaphore& s, int msg) {
  s.acquire();
  std::cout << "hello, " + std::to_string(msg) + '\n';
  std::this_thread::sleep_for(50ms);
  s.release();
}

int main() {
  mp::Semaphore s(2);
  std::vector<std::unique_ptr<mp::Process>> processes;
  for (int x = 0; x < 8; ++x) {
    processes.push_back(std::make_unique<mp::Process>([&s, x] { task(s, x); }));
  }

  const auto start = std::chrono::steady_clock::now();
  for (auto& p : processes) p->start();
  for (auto& p : processes) p->join();
  const std::chrono::duration<double> cost = std::chrono::steady_clock::now() - start;

  std::cout << "8 process takes " << cost.count() << " seconds\n";
  if (cost < 4 * 50ms) return 1;  // more than two were inside at once
}
