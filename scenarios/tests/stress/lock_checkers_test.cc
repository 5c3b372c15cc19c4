// The stress tests of locks and semaphores: each says what is wrong with one that is broken in one place.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

#include "harness/stress/shared.h"
#include "scenarios/lock_contention.h"
#include "scenarios/semaphore_pool.h"
#include "scenarios/stress/lock_deaths.h"
#include "scenarios/stress/reentrancy.h"
#include "scenarios/tests/stress/checked.h"

#include <gilfree/lock.h>

namespace scenarios::testing {
namespace {

// Locks that a program adds, as the roster has them.
template <typename Lock>
Registration add_broken_lock(std::string_view name, WorkerKind kind = WorkerKind::kThreads) {
  LockContender entry(
      Facts{.name = name, .label = name, .family = "broken", .primitive = "lock", .wait = "spin"},
      kind);
  entry.make = [] { return std::make_unique<Lock>(); };
  return Roster<LockContender>::add(std::move(entry));
}

struct NoLock : AnyExclusion {
  void lock() override {}
  void unlock() override {}
};

struct SoundLock : AnyExclusion {
  std::mutex mutex;
  void lock() override { mutex.lock(); }
  void unlock() override { mutex.unlock(); }
};

// Between processes; its word stays taken when its holder is killed.
struct SpinLock : AnyExclusion {
  stress::Shared<std::atomic<int>> taken{0};
  void lock() override {
    while (taken->exchange(1) != 0) ::usleep(20);
  }
  void unlock() override { *taken = 0; }
};

// Takes the lock from a holder that has it for long, and tells the next one nothing.
struct ThievingLock : SpinLock {
  void lock() override {
    for (int looks = 0; taken->exchange(1) != 0 && looks < 200; ++looks) ::usleep(100);
  }
};

struct NeverUnlocks : SoundLock {
  void unlock() override {}
};

const Registration added[] = {
    add_broken_lock<NoLock>("no_lock"), add_broken_lock<SoundLock>("sound_lock"),
    add_broken_lock<NeverUnlocks>("never_unlocks"),
    add_broken_lock<SpinLock>("spin_lock", WorkerKind::kProcesses),
    add_broken_lock<ThievingLock>("thieving_lock", WorkerKind::kProcesses)};

std::string lock_test(const std::string& property, const std::string& lock,
                      const std::string& scope = "threads") {
  return property + "/contender:" + lock + "/scope:" + scope;
}

TEST(MutualExclusion, OfALockThatLocksNothingTwoAreInsideAndUpdatesAreLost) {
  const auto seen =
      seen_by(registered(lock_test("mutual_exclusion", "no_lock")), many_delays(3, 60));
  EXPECT_EQ(seen.forbidden, (Texts{"lost an update", "two inside"}));
}

TEST(MutualExclusion, OfASoundLockNothingIsForbidden) {
  const auto seen =
      seen_by(registered(lock_test("mutual_exclusion", "sound_lock")), many_delays(3, 30));
  EXPECT_EQ(seen.forbidden, Texts{});
  EXPECT_EQ(seen.others, Texts{"exclusive"});
}

TEST(MutualExclusion, ALockThatIsNeverFreeAgainHangs) {
  const auto seen = seen_by(registered(lock_test("mutual_exclusion", "never_unlocks")), {});
  EXPECT_EQ(seen.forbidden, Texts{"hang: 'lock'"});
}

TEST(MutualExclusion, ALockOfAnotherLibraryIsAPeer) {
  EXPECT_TRUE(registered(lock_test("mutual_exclusion", "no_lock")).is_peer);
  EXPECT_FALSE(registered(lock_test("mutual_exclusion", "lock")).is_peer);
}

TEST(PeerLockDeaths, TheLockOfAKilledHolderHangsOrLetsTheNextOneInUnawares) {
  Config kills = many_delays(3, 40);
  kills.kills = 1;
  const auto hung =
      first_forbidden(registered(lock_test("peer_lock_deaths", "spin_lock", "processes")), kills);
  EXPECT_EQ(hung, Texts{"hang: 'lock'"});
  const auto half_done = first_forbidden(
      registered(lock_test("peer_lock_deaths", "thieving_lock", "processes")), kills);
  EXPECT_EQ(half_done, Texts{"half done"});
}

TEST(PeerLockDeaths, WithoutADeathAllGetOn) {
  const auto seen = seen_by(registered(lock_test("peer_lock_deaths", "spin_lock", "processes")),
                            many_delays(3, 10));
  EXPECT_EQ(seen.forbidden, Texts{});
  EXPECT_EQ(seen.others, Texts{"got on"});
}

// Reentrant locks that are gilfree's but for one thing.
using RLock = gilfree::RLock<gilfree::Threads>;
constexpr char kReentrancy[] = "reentrancy/contender:rlock/scope:threads";

// Is free after the first release.
struct ReleasesAtOnce {
  void lock() {
    while (owner.load() != ::gettid() && !take()) ::usleep(10);
    ++depth;
  }
  void unlock() {
    if (owner.load() == ::gettid()) owner = 0;
    --depth;
  }
  bool owned() const { return owner.load() == ::gettid(); }
  bool locked() const { return owner != 0; }
  bool take() {
    pid_t none = 0;
    return owner.compare_exchange_strong(none, ::gettid());
  }

  std::atomic<pid_t> owner{0};
  std::atomic<int> depth{0};
};

struct ForgetsARelease : RLock {
  void unlock() {
    if (releases++ != 2) RLock::unlock();
  }
  std::atomic<int> releases{0};
};

TEST(Reentrancy, ALockThatIsFreeAfterItsFirstReleaseHasAnotherInside) {
  const auto test = over_body<checkers::Reentrancy<ReleasesAtOnce>>(kReentrancy);
  EXPECT_EQ(seen_by(test, many_delays(3, 50)).forbidden, Texts{"another inside"});
}

TEST(Reentrancy, AReleaseThatIsForgottenLeavesItHeld) {
  const auto test = over_body<checkers::Reentrancy<ForgetsARelease>>(kReentrancy);
  const auto seen = seen_by(test, {.actors = 1, .operations = 10});
  EXPECT_EQ(seen.forbidden.count("still held"), 1U);
}

// Between processes; a killed holder is known to the next one but for one thing.
using Shared = gilfree::Lock<gilfree::Processes>;
constexpr char kLockDeaths[] = "lock_deaths/contender:lock/scope:processes";

struct SaysNothing : Shared {
  bool abandoned() const { return false; }
};

struct IsNeverFreeAgain : Shared {
  bool try_lock_for(std::chrono::seconds) { return false; }
};

TEST(LockDeaths, ALockThatDoesNotSayThatItsHolderWasKilledIsFoundOut) {
  const auto test = over_body<checkers::Deaths<SaysNothing, false>>(kLockDeaths);
  Config kills = many_delays(4, 60);
  kills.kills = 3;
  const auto found = first_forbidden(test, kills);
  EXPECT_TRUE(found.count("two inside") + found.count("lost an update") > 0) << found.size();
}

TEST(LockDeaths, ALockThatIsNeverFreeAgainIsFoundOut) {
  const auto test = over_body<checkers::Deaths<IsNeverFreeAgain, false>>(kLockDeaths);
  EXPECT_EQ(seen_by(test, {.actors = 2, .operations = 5}).forbidden, Texts{"never free again"});
}

// Semaphores, as the roster has them.
template <typename Permits>
Registration add_broken_permits(std::string_view name) {
  SemaphoreContender entry(Facts{.name = name,
                                 .label = name,
                                 .family = "broken",
                                 .primitive = "semaphore",
                                 .wait = "spin"},
                           WorkerKind::kThreads);
  entry.make = [](int permits) { return std::make_unique<Permits>(permits); };
  return Roster<SemaphoreContender>::add(std::move(entry));
}

struct SoundPermits : AnyPermits {
  explicit SoundPermits(int permits) : left(permits) {}
  void acquire() override {
    for (int seen = left; seen <= 0 || !left.compare_exchange_weak(seen, seen - 1); seen = left)
      ::usleep(10);
  }
  void release() override { ++left; }
  std::atomic<int> left;
};
struct OneTooMany : SoundPermits {
  explicit OneTooMany(int permits) : SoundPermits(permits + 1) {}
};
struct LeaksPermits : SoundPermits {
  using SoundPermits::SoundPermits;
  void release() override {}
};

const Registration added_permits[] = {add_broken_permits<SoundPermits>("sound_permits"),
                                      add_broken_permits<OneTooMany>("one_too_many"),
                                      add_broken_permits<LeaksPermits>("leaks_permits")};

TEST(Permits, OneTooManyIsSeenForEachNumberOfPermits) {
  const auto& test = registered("permits/contender:one_too_many/scope:threads");
  for (const int operations : {60, 61, 62}) {  // 1, 2 and 3 permits
    EXPECT_EQ(first_forbidden(test, many_delays(5, operations)), Texts{"too many inside"})
        << operations;
  }
}

TEST(Permits, AsManyAsThereAreAreRight) {
  const auto seen =
      seen_by(registered("permits/contender:sound_permits/scope:threads"), many_delays(5, 30));
  EXPECT_EQ(seen.forbidden, Texts{});
  EXPECT_EQ(seen.others, Texts{"within the permits"});
}

TEST(Permits, APermitThatLeaksEndsInAHang) {
  const auto seen = seen_by(registered("permits/contender:leaks_permits/scope:threads"), {});
  EXPECT_EQ(seen.forbidden, Texts{"hang: 'acquire'"});
}

}  // namespace
}  // namespace scenarios::testing
