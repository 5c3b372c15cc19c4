// The tutorial's second program: a process as a class that overrides run().

#include <iostream>
#include <string>
#include <utility>

#include <gilfree/multiprocessing.h>

namespace mp = gilfree::multiprocessing;

class Work : public mp::Process {
 public:
  explicit Work(std::string name) : Process({.name = std::move(name)}) {}
  int run() override {
    std::cout << name() << " start\n";
    return 0;
  }
};

int main() {
  Work p("child");
  p.start();
  std::cout << "main process start\n";
}
