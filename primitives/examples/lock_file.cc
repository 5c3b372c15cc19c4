// The tutorial's Lock: two processes write to one file, one after the other.
//
// A lock excludes and does not order: that "hello" comes first is the Event's doing.

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>

#include <gilfree/multiprocessing.h>

namespace mp = gilfree::multiprocessing;
using namespace std::chrono_literals;

void task1(mp::Lock& lock, mp::Event& begun, const std::string& path) {
  const std::scoped_lock hold(lock);
  begun.set();
  std::ofstream file(path);
  file << "hello " << std::flush;
  std::this_thread::sleep_for(100ms);
}

void task2(mp::Lock& lock, const std::string& path) {
  lock.lock();
  std::ofstream file(path, std::ios::app);
  std::this_thread::sleep_for(100ms);
  file << "world!\n";
  file.close();
  lock.unlock();
}

int main() {
  const auto path =
      std::filesystem::temp_directory_path() / ("lock_file." + std::to_string(::getpid()));
  mp::Lock lock;
  mp::Event begun;
  const auto start = std::chrono::steady_clock::now();
  mp::Process p1([&] { task1(lock, begun, path); });
  mp::Process p2([&] { task2(lock, path); });

  p1.start();
  begun.wait();
  p2.start();
  p1.join();
  p2.join();

  const std::chrono::duration<double> cost = std::chrono::steady_clock::now() - start;
  std::cout << "time cost: " << cost.count() << " seconds\n";
  std::cout << std::ifstream(path).rdbuf();
  std::filesystem::remove(path);
}
