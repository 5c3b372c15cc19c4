// SharedQueue: what every contender of producer_consumer is. For any number of producers and consumers
// of one scope, made before they start; Q::Of<N, S> carries Message<N>.
//
//   struct Pigeons {
//     static constexpr QueueFacts kFacts{{.name = "pigeons", .primitive = "queue", .wait = "block"}};
//     template <std::size_t N, Scope S>
//     class Of {
//       explicit Of(std::size_t capacity);
//       void put(const Message<N>&);
//       void get(Message<N>&);
//       void put_many(const std::vector<Message<N>>&);                      // only if it has batches
//       void get_many(std::vector<Message<N>>&, std::size_t most);          // the same
//     };
//   };
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "scenarios/contenders/channel.h"
#include "scenarios/contenders/message.h"
#include "scenarios/scope.h"

namespace scenarios {

struct QueueFacts : Facts {
  bool threads = false, processes = false;
  bool in_order = true;     // each producer's items arrive in the order in which they were put
  bool one_to_one = false;  // for one producer and one consumer only
  bool batches = false;
};

// The first eight bytes of a message.
template <std::size_t N>
std::uint64_t word_of(const Message<N>& message) {
  std::uint64_t word;
  std::memcpy(&word, message.payload.data(), sizeof word);
  return word;
}

// A channel of raw bytes, of its usual depth: see channel.h.
template <Channel C, bool OneToOne = false>
struct ByBytes {
  static constexpr QueueFacts kFacts{C::kFacts, /*threads=*/false, /*processes=*/true,
                                     /*in_order=*/true, OneToOne};

  template <std::size_t N, Scope S>
  class Of {
   public:
    static constexpr bool kSharesItself = true;

    explicit Of(std::size_t capacity) : channel_(N) {
      if (capacity != usual_depth(N)) {
        throw harness::Skipped("here it holds " + std::to_string(usual_depth(N)) +
                               " messages, or as many as the kernel likes");
      }
    }
    void put(const Message<N>& message) { channel_.send(message.payload.data()); }
    void get(Message<N>& message) { channel_.receive(message.payload.data()); }

   private:
    C channel_;
  };
};

}  // namespace scenarios
