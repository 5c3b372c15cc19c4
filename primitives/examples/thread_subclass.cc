// The tutorial's threads as a class that overrides run(). main is through before they are; they are
// waited for when they go out of scope.

#include <atomic>
#include <chrono>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include <gilfree/threading.h>

namespace th = gilfree::threading;
using namespace std::chrono_literals;

std::atomic<bool> exit_flag{false};

void print(const std::string& line) { std::cout << line + '\n'; }

class MyThread : public th::Thread {
 public:
  MyThread(int id, std::string name, std::chrono::milliseconds delay)
      : Thread({.name = std::move(name)}), id_(id), delay_(delay) {}
  ~MyThread() override { join(); }  // run() uses the members
  int id() const { return id_; }

 protected:
  void run() override {
    print("Starting " + name());
    for (int counter = 5; counter > 0 && !exit_flag; --counter) {
      std::this_thread::sleep_for(delay_);
      std::ostringstream time;
      time << std::chrono::steady_clock::now().time_since_epoch() / 1ms;
      print(name() + ": " + time.str());
    }
    print("Exiting " + name());
  }

 private:
  int id_;
  std::chrono::milliseconds delay_;
};

int main() {
  MyThread thread1(1, "Thread-1", 10ms), thread2(2, "Thread-2", 20ms);
  thread1.start();
  thread2.start();
  print("Exiting Main Thread");
}
