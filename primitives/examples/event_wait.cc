// The tutorial's Event: one process waits until it is set, another only for a while.

#include <chrono>
#include <iostream>
#include <string>

#include <gilfree/multiprocessing.h>

namespace mp = gilfree::multiprocessing;
using namespace std::chrono_literals;

void say_hello(int msg, const mp::Event& e) {
  std::cout << "hello, " + std::to_string(msg) +
                   ", e.is_set(): " + (e.is_set() ? "True" : "False") + '\n';
}

void task1(mp::Event& e, int msg) {
  std::cout << "task1 is waiting...\n";
  e.wait();
  say_hello(msg, e);
}

void task2(mp::Event& e, int msg) {
  std::cout << "task2 is waiting...\n";
  e.wait_for(msg * 10ms);
  say_hello(msg, e);
}

int main() {
  mp::Event e;
  mp::Process p1([&] { task1(e, 1); }), p2([&] { task2(e, 2); });
  p1.start();
  p2.start();

  p2.join();  // the tutorial sleeps for 3 seconds, in which the second one's wait times out

  e.set();
  p1.join();
  std::cout << "main: event is set\n";
}
