// A foreign program that uses gilfree beside the system's headers of the same names.
#include <semaphore.h>

#include <iostream>
#include <string>
#include <thread>

#include <gilfree/multiprocessing.h>
#include <gilfree/semaphore.h>
#include <gilfree/threading.h>
#include <gilfree/version.h>

namespace mp = gilfree::multiprocessing;
namespace th = gilfree::threading;

int main() {
  sem_t posix;
  ::sem_init(&posix, 0, 1);
  ::sem_wait(&posix);
  ::sem_destroy(&posix);

  gilfree::Semaphore<gilfree::Processes> semaphore(1);
  mp::Queue<std::string> queue(8);
  mp::Process worker([&] {
    semaphore.acquire();
    queue.put("process");
    semaphore.release();
  });
  worker.start();
  std::string said = queue.get();
  worker.join();

  th::Queue<std::string> letters(8);
  th::Thread thread([&] { letters.put("thread"); });
  thread.start();
  said += " " + letters.get();
  thread.join();

  mp::Pool pool(2);
  said += " " + std::to_string(pool.apply([](int n) { return n * n; }, 7));
  std::cout << GILFREE_VERSION_MAJOR << "." << gilfree::kVersion.minor << " " << said << "\n";
}
