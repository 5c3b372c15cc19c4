// SharedName: the name of a thread or process, read and set by any thread, and whole in each forked child.
#pragma once

#include <string>
#include <utility>

namespace gilfree::detail {

class ForkMutex;

class SharedName {
 public:
  explicit SharedName(std::string name) : name_(std::move(name)) {}

  std::string get() const;
  void set(std::string name);

 private:
  ForkMutex& mutex() const;

  std::string name_;
};

}  // namespace gilfree::detail
