// The tutorial's life of a thread, as seen from outside: New, Runnable or Running, Blocked, Dead.

#include <atomic>
#include <iostream>
#include <semaphore>
#include <thread>

#include <gilfree/threading.h>

namespace th = gilfree::threading;
using State = th::Thread::State;

const char* word_for(State state) {
  switch (state) {
    case State::New:
      return "New";
    case State::Runnable:  // waits for a CPU: on a busy machine it alternates with Running
    case State::Running:
      return "Runnable or Running";
    case State::Blocked:
      return "Blocked";
    case State::Dead:
      return "Dead";
  }
  return "";
}

State first_other_than(State unwanted, const th::Thread& thread) {
  while (true) {
    if (const State state = thread.state(); state != unwanted) return state;
  }
}

int main() {
  std::atomic<bool> busy{true};
  std::binary_semaphore go_on(0);
  th::Thread worker([&] {
    while (busy) continue;
    go_on.acquire();
  });
  std::cout << word_for(worker.state()) << '\n';

  worker.start();
  std::cout << word_for(first_other_than(State::Blocked, worker))
            << '\n';  // it may wait for memory

  busy = false;
  while (worker.state() != State::Blocked) std::this_thread::yield();
  std::cout << word_for(State::Blocked) << '\n';

  go_on.release();
  worker.join();
  std::cout << word_for(worker.state()) << '\n';
}
