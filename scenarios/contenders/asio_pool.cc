// Boost.Asio's thread_pool.
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <future>
#include <latch>

#include "scenarios/pool_tasks.h"

namespace scenarios {
namespace {

class AsioPool {
 public:
  static constexpr Facts kFacts{.name = "boost_thread_pool",
                                .label = "boost::asio::thread_pool",
                                .family = "boost",
                                .primitive = "pool",
                                .wait = "block"};
  static constexpr PoolTraits kTraits{};

  explicit AsioPool(int workers) : pool_(static_cast<std::size_t>(workers)) {}
  ~AsioPool() { pool_.join(); }
  void map(const Numbers& inputs, std::size_t chunk, Numbers& outputs) {
    std::latch left(static_cast<std::ptrdiff_t>((inputs.size() + chunk - 1) / chunk));
    each_chunk(inputs.size(), chunk, [&](std::size_t first, std::size_t end) {
      boost::asio::post(pool_, [&, first, end] {
        run_tasks(inputs, outputs, first, end);
        left.count_down();
      });
    });
    left.wait();
  }
  int call(int x) {
    std::promise<int> result;
    boost::asio::post(pool_, [&] { result.set_value(task(x)); });
    return result.get_future().get();
  }

 private:
  boost::asio::thread_pool pool_;
};

const Registration registered = add_pool<AsioPool, WorkerKind::kThreads>();

}  // namespace
}  // namespace scenarios
