// oneTBB's mutexes that do not spin for ever: mutex spins a while and then sleeps, spin_mutex spins
// and yields. Between threads. Optional: without it the rows say so.
#pragma once

#include "scenarios/contenders/synchronisation.h"

#if __has_include(<oneapi/tbb/mutex.h>)
#include <oneapi/tbb/mutex.h>
#include <oneapi/tbb/spin_mutex.h>

namespace scenarios {

class TbbMutex : public tbb::mutex {
 public:
  static constexpr Facts kFacts{.name = "tbb_mutex", .primitive = "lock", .wait = "adaptive"};
};

class TbbSpinMutex : public tbb::spin_mutex {
 public:
  static constexpr Facts kFacts{.name = "tbb_spin_mutex", .primitive = "lock", .wait = "yield"};
};

}  // namespace scenarios

#else

namespace scenarios {

struct TbbMutex {
  static constexpr Facts kFacts{.name = "tbb_mutex", .primitive = "lock", .wait = "adaptive"};
  TbbMutex() { throw harness::Skipped("built without oneTBB; install libtbb-dev and build again"); }
  void lock() {}
  void unlock() {}
};

struct TbbSpinMutex : TbbMutex {
  static constexpr Facts kFacts{.name = "tbb_spin_mutex", .primitive = "lock", .wait = "yield"};
};

}  // namespace scenarios

#endif
