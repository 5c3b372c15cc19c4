// Home: the memory a primitive's state lives in, chosen by its scope.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "primitives/core/participant.h"
#include "primitives/core/patience.h"
#include "primitives/core/scope.h"

namespace gilfree::core {

// What may be copied through shared memory: bytes that mean the same in every process.
// Specialise to false for a trivially copyable type that holds a pointer or a file descriptor.
template <typename T>
inline constexpr bool shareable = std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>;

template <typename T>
concept Shareable = shareable<T>;

// Sole owner of one State followed by `extra` bytes, zeroed. Trivially destructible states only, so
// that a process may vanish without anyone having to clean up after it.
//
// Across processes the memory has no name: forks inherit it, the last one gone gives it back. The
// first kTouched bytes are touched at once, since a page's first touch costs more than a message.
template <typename State, Scope S>
class Home {
 public:
  static constexpr std::size_t kTouched = std::size_t{4} << 20;

  template <typename... Args>
  explicit Home(std::size_t extra, Args&&... args) {
    static_assert(std::is_standard_layout_v<State> && std::is_trivially_destructible_v<State>);
    const std::size_t bytes = sizeof(State) + extra;
    void* memory;
    if constexpr (S::kAcrossProcesses) {
      (void)Participants::table();  // now, so that whoever inherits the state shares the table too
      region_ = boost::interprocess::anonymous_shared_memory(bytes);
      memory = region_.get_address();
      ::madvise(memory, std::min(bytes, kTouched), MADV_POPULATE_WRITE);  // best effort: Linux 5.14
    } else {
      heap_.reset(static_cast<std::byte*>(::operator new(bytes, kAlignment)));
      memory = std::memset(heap_.get(), 0, bytes);
    }
    state_ = ::new (memory) State(std::forward<Args>(args)...);
  }

  State& operator*() const { return *state_; }
  State* operator->() const { return state_; }

 private:
  static constexpr std::align_val_t kAlignment{kApart};
  struct Free {
    void operator()(std::byte* bytes) const { ::operator delete(bytes, kAlignment); }
  };

  boost::interprocess::mapped_region region_;  // used across processes
  std::unique_ptr<std::byte, Free> heap_;      // used across threads
  State* state_ = nullptr;
};

}  // namespace gilfree::core
