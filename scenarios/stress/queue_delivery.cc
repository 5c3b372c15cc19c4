// queue_delivery: each item that is put is got exactly once, whole, and, where the queue promises it, those of
// one producer in their order.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "harness/stress/shared.h"
#include "scenarios/producer_consumer.h"
#include "scenarios/support/stress_registry.h"

namespace scenarios {
namespace {

constexpr int kMostItems = 400;  // of a producer
constexpr int kMostProducers = stress::kMostActors;

// The payload says eight times which producer put it and which of its items it is.
struct Label {
  std::uint32_t producer, number;
};

Message<64> labelled(Label label) {
  Message<64> message;
  for (std::size_t at = 0; at < 64; at += sizeof label) {
    std::memcpy(message.payload.data() + at, &label, sizeof label);
  }
  return message;
}

Label label_of(const Message<64>& message) {
  Label label;
  std::memcpy(&label, message.payload.data(), sizeof label);
  return label;
}

bool is_whole(const Message<64>& message) {
  return std::memcmp(message.payload.data(), message.payload.data() + sizeof(Label),
                     64 - sizeof(Label)) == 0;
}

class Delivery : public stress::Body {
 public:
  Delivery(QueueContender::Made queue, QueueTraits traits, const stress::Config& config)
      : queue_(std::move(queue)),
        in_order_(traits.in_order),
        producers_(traits.one_to_one ? 1 : std::max(1, config.actors / 2)),
        items_(std::min(config.operations, kMostItems)) {}

  void act(stress::Actor& me) override { me.number() < producers_ ? produce(me) : consume(me); }

  void judge(const stress::Judged& trial) override {
    std::uint64_t once = 0, lost = 0, twice = 0;
    for (int producer = 0; producer < producers_; ++producer) {
      for (int i = 0; i < items_; ++i) {
        const auto got = shared_->got[producer][i].load();
        ++(got == 1 ? once : got == 0 ? lost : twice);
      }
    }
    trial.record("delivered once", once);
    if (lost > 0) trial.record("lost", lost);
    if (twice > 0) trial.record("delivered twice", twice);
  }

 private:
  struct State {
    std::atomic<std::int64_t> tickets{0};
    std::atomic<std::uint8_t> got[kMostProducers][kMostItems]{};
  };

  void produce(stress::Actor& me) {
    for (int i = 0; i < items_; ++i) {
      me.at("put");
      queue_->put(
          labelled({static_cast<std::uint32_t>(me.number()), static_cast<std::uint32_t>(i)}));
    }
  }

  // A ticket for each item that there will be: no consumer waits for one too many.
  void consume(stress::Actor& me) {
    std::array<std::int64_t, kMostProducers> newest;
    newest.fill(-1);
    const std::int64_t all = static_cast<std::int64_t>(producers_) * items_;
    while (shared_->tickets.fetch_add(1) < all) {
      me.at("get");
      Message<64> message;
      queue_->get(message);
      note(me, message, newest);
    }
  }

  void note(stress::Actor& me, const Message<64>& message,
            std::array<std::int64_t, kMostProducers>& newest) {
    const auto [producer, number] = label_of(message);
    if (!is_whole(message)) return me.record("torn");
    if (producer >= static_cast<std::uint32_t>(producers_) ||
        number >= static_cast<std::uint32_t>(items_)) {
      return me.record("never put");
    }
    shared_->got[producer][number].fetch_add(1);
    if (in_order_ && number < newest[producer]) me.record("out of order");
    newest[producer] = number;
  }

  QueueContender::Made queue_;
  const bool in_order_;
  const int producers_, items_;
  stress::Shared<State> shared_;
};

stress::Test describe(const QueueContender& contender) {
  const QueueTraits traits = contender.traits;
  auto test = test_of(contender, "queue_delivery", "Each item that is put is got exactly once.");
  test.outcomes = {
      {"delivered once", stress::Expect::kAcceptable, "put once, got once"},
      {"lost", stress::Expect::kForbidden, "put returned, and no consumer gets the item"},
      {"delivered twice", stress::Expect::kForbidden, "two consumers have the item"},
      {"torn", stress::Expect::kForbidden, "parts of two items"},
      {"never put", stress::Expect::kForbidden, "what was got is no item"}};
  if (traits.in_order) {
    test.outcomes.push_back({"out of order", stress::Expect::kForbidden,
                             "a consumer gets an item after a later one of the same producer"});
  }
  test.limits.most_actors = traits.one_to_one ? 2 : 6;
  test.limits.most_operations = kMostItems;
  test.make = [make = contender.make, traits](const stress::Config& config) {
    const std::size_t capacity = std::size_t{1} << (config.operations % 5);
    return std::make_unique<Delivery>(make(capacity), traits, config);
  };
  return test;
}

const RegisteredStress registered([] {
  std::vector<stress::Test> tests;
  for (const auto& each : Roster<QueueContender>::entries()) {
    if (each.make) tests.push_back(describe(each));
  }
  return tests;
});

}  // namespace
}  // namespace scenarios
