// The tutorial's life of a thread, as seen from outside: New, Runnable or Running, Blocked, Dead.

#include <atomic>
#include <iostream>
#include <semaphore>
#include <thread>

#include "primitives/threading.h"

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

int main() {
  std::atomic<bool> busy{true};
  std::binary_semaphore go_on(0);
  th::Thread worker([&] {
    while (busy) continue;
    go_on.acquire();
  });
  std::cout << word_for(worker.state()) << '\n';

  worker.start();
  while (worker.state() == State::Blocked) std::this_thread::yield();  // it may wait for memory
  std::cout << word_for(worker.state()) << '\n';

  busy = false;
  while (worker.state() != State::Blocked) std::this_thread::yield();
  std::cout << word_for(worker.state()) << '\n';

  go_on.release();
  worker.join();
  std::cout << word_for(worker.state()) << '\n';
}
