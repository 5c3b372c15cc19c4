// The tutorial's Condition: one thread makes a product when there is none, another takes it when there
// is one. The tutorial's threads never end; these make and take three.

#include <iostream>
#include <mutex>
#include <optional>
#include <string>

#include <gilfree/threading.h>

namespace th = gilfree::threading;

constexpr int kProducts = 3;

std::optional<std::string> product;
th::Condition con;

void produce() {
  const std::scoped_lock hold(con);
  for (int i = 0; i < kProducts; ++i) {
    con.wait([] { return !product.has_value(); });
    std::cout << "produce...\n";
    product = "anything";
    con.notify_one();
  }
}

void consume() {
  const std::scoped_lock hold(con);
  for (int i = 0; i < kProducts; ++i) {
    con.wait([] { return product.has_value(); });
    std::cout << "consume...\n";
    product.reset();
    con.notify_one();
  }
}

int main() {
  th::Thread t1(produce), t2(consume);
  t2.start();
  t1.start();
  t1.join();
  t2.join();
}
