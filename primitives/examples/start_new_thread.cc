// The tutorial's first threads: a function and its arguments; nothing waits for them.
//
// Daemons end with the program, so main has to stay until they are through. The tutorial sleeps for
// ten seconds; here main looks whether they are still there.

#include <chrono>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>

#include <gilfree/threading.h>

namespace th = gilfree::threading;
using namespace std::chrono_literals;

void print_time(const std::string& thread_name, std::chrono::milliseconds delay) {
  for (int count = 1; count <= 5; ++count) {
    std::this_thread::sleep_for(delay);
    const auto now = std::chrono::steady_clock::now().time_since_epoch() / 1ms;
    std::ostringstream line;  // written in one piece
    line << thread_name << ": " << now << ' ' << count << '\n';
    std::cout << line.str();
  }
}

int main() {
  try {
    th::start_new_thread(print_time, "Thread-1", 20ms);
    th::start_new_thread(print_time, "Thread-2", 40ms);
  } catch (const std::exception& error) {
    std::cout << "Error: unable to start thread: " << error.what() << '\n';
  }
  while (th::active_count() > 1) std::this_thread::sleep_for(10ms);
}
