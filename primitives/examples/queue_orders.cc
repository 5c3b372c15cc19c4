// The tutorial's three orders: first in first out, last in first out, by priority.

#include <iostream>

#include <gilfree/multiprocessing.h>

namespace mp = gilfree::multiprocessing;

template <typename Queue>
void show(const char* order, Queue& queue) {
  for (const int item : {2, 3, 1}) queue.put(item);
  std::cout << order;
  while (const auto item = queue.try_get()) std::cout << ' ' << *item;
  std::cout << '\n';
}

int main() {
  mp::Queue<int> first_in_first_out(3);
  mp::LifoQueue<int> last_in_first_out(3);
  mp::PriorityQueue<int> smallest_first(3);
  show("first in, first out:", first_in_first_out);
  show("last in, first out:", last_in_first_out);
  show("smallest first:", smallest_first);
}
