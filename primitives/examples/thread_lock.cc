// The tutorial's lock between threads: one adds, one subtracts, and neither in the middle of the other.

#include <iostream>
#include <mutex>
#include <string>
#include <utility>

#include <gilfree/threading.h>

namespace th = gilfree::threading;

int counter = 5;
th::Lock thread_lock;

void add_function(int times, int step) {
  for (int i = 0; i < times; ++i) {
    counter += step;
    std::cout << "++++ " + std::to_string(counter) + '\n';
  }
}

class ThreadAdd : public th::Thread {
 public:
  ThreadAdd(std::string name, int step) : Thread({.name = std::move(name)}), step_(step) {}
  ~ThreadAdd() override { join(); }  // run() uses the members

 protected:
  void run() override {
    std::cout << "Starting " + name() + '\n';
    const std::scoped_lock hold(thread_lock);
    add_function(10, step_);
  }

 private:
  int step_;
};

int main() {
  ThreadAdd thread1("Thread-1", +1), thread2("Thread-2", -1);
  thread1.start();
  thread2.start();
  thread1.join();
  thread2.join();
  std::cout << "Exiting Main Thread " << counter << '\n';
}
