// The tutorial's first program: start a process, see that it is alive, wait for it.

#include <iostream>
#include <string>

#include <gilfree/multiprocessing.h>

namespace mp = gilfree::multiprocessing;

void work(const std::string& name) { std::cout << name << " start!\n"; }

int main() {
  mp::Process p([] { work("child process"); });
  p.start();
  if (p.is_alive()) std::cout << "Process: " << p.pid() << " is running\n";
  p.join();
  std::cout << "main process!\n";
}
