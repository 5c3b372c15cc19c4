// Boost.Interprocess message_queue.
#include <boost/interprocess/ipc/message_queue.hpp>
#include <optional>
#include <string>

#include "scenarios/producer_consumer.h"
#include "scenarios/single_operation.h"
#include "scenarios/support/unique_name.h"

namespace scenarios {
namespace {

class BoostQueue {
 public:
  static constexpr Facts kFacts{.name = "boost_message_queue",
                                .label = "Boost message_queue",
                                .family = "boost",
                                .primitive = "queue",
                                .wait = "block"};

  explicit BoostQueue(std::size_t bytes) : bytes_(bytes) {
    namespace bi = boost::interprocess;
    const std::string name = unique_name();
    try {
      queue_.emplace(bi::create_only, name.c_str(), usual_depth(bytes), bytes);
    } catch (const bi::interprocess_exception& why) {
      throw harness::Skipped(std::string("Boost message_queue: ") + why.what());
    }
    bi::message_queue::remove(name.c_str());  // the mapping that the workers inherit keeps it alive
  }

  void send(const std::byte* message) { queue_->send(message, bytes_, 0); }
  void receive(std::byte* message) {
    std::size_t got;
    unsigned priority;
    queue_->receive(message, bytes_, got, priority);
  }
  int depth() const { return static_cast<int>(usual_depth(bytes_)); }

 private:
  std::size_t bytes_;
  std::optional<boost::interprocess::message_queue> queue_;
};

const Registration registered[] = {
    add_channel<BoostQueue>(),
    add_channel_as_queue<BoostQueue>(),
    add_channel_operation<BoostQueue>("send_receive", "send, receive"),
};

}  // namespace
}  // namespace scenarios
