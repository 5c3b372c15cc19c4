// Contenders that a user's program adds: which classes are what, which names can be used, and what the classes become.
#include "scenarios/added_contenders.h"

#include <memory>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <string>
#include <vector>

#include "scenarios/tests/support.h"

namespace scenarios::added {
namespace {

using std::string;

struct Channel {
  explicit Channel(std::size_t) {}
  void send(const std::byte*) {}
  void receive(std::byte*) {}
};
struct DeepChannel : Channel {
  using Channel::Channel;
  int depth() const { return 12; }
};
struct SendsOnly {
  explicit SendsOnly(std::size_t) {}
  void send(const std::byte*) {}
};
struct ChannelWithoutASize {
  void send(const std::byte*) {}
  void receive(std::byte*) {}
};

TEST(IsChannelTest, TakesASizeSendsAndReceives) {
  EXPECT_TRUE(IsChannel<Channel>);
  EXPECT_TRUE(IsChannel<DeepChannel>);
  EXPECT_FALSE(IsChannel<SendsOnly>);
  EXPECT_FALSE(IsChannel<ChannelWithoutASize>);
  EXPECT_FALSE(IsChannel<std::mutex>);
}

struct NeedsAnArgument {
  explicit NeedsAnArgument(int) {}
  void lock() {}
  void unlock() {}
};

TEST(IsLockTest, IsMadeFromNothingLocksAndUnlocks) {
  EXPECT_TRUE(IsLock<std::mutex>);
  EXPECT_TRUE(IsLock<std::recursive_mutex>);
  EXPECT_TRUE(IsLock<std::shared_mutex>);
  EXPECT_FALSE(IsLock<NeedsAnArgument>);
  EXPECT_FALSE(IsLock<std::counting_semaphore<4>>);
  EXPECT_FALSE(IsLock<Channel>);
}

TEST(IsSemaphoreTest, IsMadeFromPermitsAcquiresAndReleases) {
  EXPECT_TRUE(IsSemaphore<std::counting_semaphore<4>>);
  EXPECT_TRUE(IsSemaphore<std::binary_semaphore>);
  EXPECT_FALSE(IsSemaphore<std::mutex>);
  EXPECT_FALSE(IsSemaphore<NeedsAnArgument>);
}

struct MapsOnly {
  explicit MapsOnly(int) {}
  void map(const Numbers& inputs, std::size_t, Numbers& outputs) {
    run_tasks(inputs, outputs, 0, inputs.size());
  }
};
struct MapsAndCalls : MapsOnly {
  using MapsOnly::MapsOnly;
  int call(int x) { return task(x); }
};

TEST(IsPoolTest, IsMadeFromWorkersAndMaps) {
  EXPECT_TRUE(IsPool<MapsOnly>);
  EXPECT_TRUE(IsPool<MapsAndCalls>);
  EXPECT_FALSE(IsPool<std::mutex>);
}

template <typename T>
struct ReturnsItems {
  explicit ReturnsItems(std::size_t) {}
  void put(const T& item) { items.push_back(item); }
  T get() {
    T item = items.front();
    items.erase(items.begin());
    return item;
  }
  std::vector<T> items;
};
template <typename T>
struct FillsItems : ReturnsItems<T> {
  using ReturnsItems<T>::ReturnsItems;
  void get(T& item) { item = ReturnsItems<T>::get(); }
};
template <typename T>
struct PutsOnly {
  explicit PutsOnly(std::size_t) {}
  void put(const T&) {}
};
template <typename T>
struct WithoutACapacity {
  void put(const T&) {}
  T get() { return {}; }
};

TEST(IsQueueTest, TakesACapacityPutsAndGetsInOneOfTwoWays) {
  EXPECT_TRUE(IsQueue<ReturnsItems>);
  EXPECT_TRUE(IsQueue<FillsItems>);
  EXPECT_FALSE(IsQueue<PutsOnly>);
  EXPECT_FALSE(IsQueue<WithoutACapacity>);
}

template <template <typename> typename Q>
void expect_a_queue_of_a_scenario() {
  typename DescribedQueue<Q>::template Of<64, WorkerKind::kThreads> queue(4);
  Message<64> item{}, other{};
  ItemWords<64>::write(item, 7);
  ItemWords<64>::write(other, 8);
  queue.put(item);
  queue.put(other);
  Message<64> taken{};
  queue.get(taken);
  EXPECT_EQ(word_of(taken), 7u);
  queue.get(taken);
  EXPECT_EQ(word_of(taken), 8u);
}

TEST(DescribedQueueTest, BothWaysToGetBecomeOne) {
  expect_a_queue_of_a_scenario<ReturnsItems>();
  expect_a_queue_of_a_scenario<FillsItems>();
}

TEST(DescribedChannelTest, HasItsDepthOrNone) {
  EXPECT_EQ(DescribedChannel<DeepChannel>(8).depth(), 12);
  EXPECT_EQ(DescribedChannel<Channel>(8).depth(), 0);
  EXPECT_TRUE(scenarios::Channel<DescribedChannel<Channel>>);
}

TEST(DescribedPoolTest, IsAskedForCallsOnlyIfItHasThem) {
  EXPECT_FALSE(DescribedPool<MapsOnly>::kTraits.calls);
  EXPECT_TRUE(DescribedPool<MapsAndCalls>::kTraits.calls);
  EXPECT_TRUE(DescribedPool<MapsOnly>::kTraits.maps);
  EXPECT_EQ(DescribedPool<MapsAndCalls>(1).call(5), 16);
  EXPECT_THROW(DescribedPool<MapsOnly>(1).call(5), std::logic_error);
}

TEST(DescribedTest, IsWhatTheScenariosAskFor) {
  EXPECT_TRUE(Exclusion<Described<std::mutex>>);
  EXPECT_TRUE(Permits<Described<std::counting_semaphore<4>>>);
  EXPECT_TRUE(TaskPool<DescribedPool<MapsOnly>>);
  EXPECT_FALSE(Exclusion<std::mutex>) << "it says nothing of itself";
}

TEST(IsUsableTest, ANameHasLettersDigitsAndAFewSignsAndNoMeaningOfItsOwn) {
  for (const string name : {"mine_a", "my-lock", "v1.2", "A", "9lives"})
    EXPECT_TRUE(is_usable(name, {})) << name;
  for (const string name :
       {"", "none", "cpython_mine", "a,b", "a b", "a/b", "a:b", "a\nb", "grün", "*"}) {
    EXPECT_FALSE(is_usable(name, {})) << name;
  }
}

TEST(IsUsableTest, ANameHasOneLabelAndOneFamilyInAllQuestions) {
  EXPECT_TRUE(is_usable("mine_b", {.label = "Mine", .family = "birds"}));
  EXPECT_TRUE(is_usable("mine_b", {.label = "Mine", .family = "birds", .wait = "spin"}));
  EXPECT_FALSE(is_usable("mine_b", {.label = "Mine"}));
  EXPECT_FALSE(is_usable("mine_b", {.label = "Other", .family = "birds"}));
  EXPECT_TRUE(is_usable("mine_c", {.label = "Other", .family = "birds"}));
}

}  // namespace
}  // namespace scenarios::added
