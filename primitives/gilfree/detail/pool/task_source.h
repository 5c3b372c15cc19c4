// TaskSource: what feeds a pool with tasks one after the other (pool_results.h), also after close().
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace gilfree::detail {

// How a task comes to a pool: by a call, which close() ends, or from a source that was there before.
enum class Entry { kCall, kSource };

class TaskSource {
 public:
  virtual ~TaskSource() = default;
  // Has all that is left sent, however far ahead of the results that are taken. May return earlier.
  virtual void send_all() = 0;
};

// The sources of a pool that have not ended. Has a lock of its own.
class OpenSources {
 public:
  void add(const std::shared_ptr<TaskSource>& source) {
    const std::lock_guard lock(mutex_);
    open_.push_back({source.get(), source});
  }
  void remove(const TaskSource& source) {
    const std::lock_guard lock(mutex_);
    open_.remove_if([&](const Open& each) { return each.identity == &source; });
  }
  bool empty() {
    const std::lock_guard lock(mutex_);
    return open_.empty();
  }
  // Of each: send_all(), without the lock.
  void send_all() {
    std::vector<std::shared_ptr<TaskSource>> sources;
    {
      const std::lock_guard lock(mutex_);
      for (const Open& each : open_) {
        if (auto source = each.source.lock()) sources.push_back(std::move(source));
      }
    }
    for (const auto& source : sources) source->send_all();
  }

 private:
  struct Open {
    const TaskSource* identity;
    std::weak_ptr<TaskSource> source;
  };
  std::mutex mutex_;
  std::list<Open> open_;
};

}  // namespace gilfree::detail
