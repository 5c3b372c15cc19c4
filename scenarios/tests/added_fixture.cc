// A user's program that adds a contender of each kind, and a channel that loses a message. Words in the
// environment variable ADD make it add what is refused. Run by test_added_contenders.py.
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <semaphore>
#include <stdexcept>
#include <string>

#include <gilfree/bench/contender.h>

namespace bench = gilfree::bench;

namespace {

// Messages of at most PIPE_BUF bytes.
class Descriptors {
 public:
  explicit Descriptors(std::size_t bytes) : bytes_(bytes) {
    if (::pipe(ends_) != 0) throw std::runtime_error("no file descriptors are left");
  }
  ~Descriptors() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;

  void send(const std::byte* message) {
    if (::write(ends_[1], message, bytes_) < 0) throw std::runtime_error("write");
  }
  void receive(std::byte* message) {
    if (::read(ends_[0], message, bytes_) < 0) throw std::runtime_error("read");
  }

 private:
  std::size_t bytes_;
  int ends_[2];
};

// Loses one message.
class Lossy : public Descriptors {
 public:
  using Descriptors::Descriptors;
  void send(const std::byte* message) {
    if (++sent_ != 3) Descriptors::send(message);
  }

 private:
  int sent_ = 0;
};

// Ends the program that measures it, as a library does that takes an error for the end.
class Exits : public Descriptors {
 public:
  using Descriptors::Descriptors;
  void receive(std::byte* message) {
    if (++received_ == 50) std::exit(0);
    Descriptors::receive(message);
  }

 private:
  int received_ = 0;
};

// No class can derive from it.
class Final final {
 public:
  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

template <typename T>
class Deque {
 public:
  explicit Deque(std::size_t capacity) : capacity_(capacity) {}
  void put(const T& item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return items_.size() < capacity_; });
    items_.push_back(item);
    changed_.notify_all();
  }
  T get() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !items_.empty(); });
    T item = items_.front();
    items_.pop_front();
    changed_.notify_all();
    return item;
  }

 private:
  std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> items_;
};

// Queues with parameters that have defaults.
template <typename T, typename Allocator = std::allocator<T>>
struct Allocating : Deque<T> {
  using Deque<T>::Deque;
};
template <typename T, std::size_t kSlots = 16>
struct Slotted final : Deque<T> {
  using Deque<T>::Deque;
};

// It does the tasks itself.
struct Alone {
  explicit Alone(int) {}
  void map(const bench::Numbers& inputs, std::size_t, bench::Numbers& outputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) outputs[i] = bench::task(inputs[i]);
  }
};

void add_what_is_refused(const std::string& word) {
  if (word == "twice") bench::add_contender<std::mutex>("mine");
  if (word == "taken") bench::add_contender<std::mutex>("std_mutex");
  if (word == "comma") bench::add_contender<std::mutex>("a,b");
  if (word == "elsewhere") bench::add_contender<Descriptors>("lock");
  if (word == "ours") bench::add_contender<Alone>("better", {.family = "gilfree"});
  if (word == "lines") bench::add_contender<Alone>("better", {.label = "two\nlines"});
  if (word == "waits") bench::add_contender<Alone>("better", {.wait = "banana"});
  if (word == "relabelled") bench::add_contender<Alone>("my_lock", {.label = "another"});
}

}  // namespace

int main(int argc, char** argv) {
  bench::add_contender<Descriptors>("mine", {.label = "my descriptors"});
  bench::add_contender<Lossy>("lossy");
  bench::add_contender<Exits>("exits");
  bench::add_contender<Deque>("my_queue");
  bench::add_contender<Allocating>("allocating");
  bench::add_contender<Slotted>("slotted");
  bench::add_contender<Final>("final");
  bench::add_contender<std::mutex>("my_lock");
  bench::add_contender<std::counting_semaphore<64>>("my_permits");
  bench::add_contender<Alone>("my_pool", {.family = "alone"});
  bench::add_contender<std::mutex>("mine", {.label = "my descriptors"});
  const char* word = std::getenv("ADD");
  if (word != nullptr) add_what_is_refused(word);
  return bench::main(argc, argv);
}
