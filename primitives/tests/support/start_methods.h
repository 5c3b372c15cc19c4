// StartMethods: run a test with children that are forked, and with such that a fork server starts.
//
//   class ProcessTest : public StartMethods {};
//   TEST_P(ProcessTest, Sentence) { Process child = make([&] { ... }); child.start(); ... }
//   INSTANTIATE_TEST_SUITE_P(By, ProcessTest, kStartMethods, name_of_start_method);
//
// What a target captures by reference must have been made before the first make().
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <utility>

#include "gilfree/process.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {

enum class StartMethod { kFork, kForkServer };

inline const auto kStartMethods = ::testing::Values(StartMethod::kFork, StartMethod::kForkServer);

inline std::string name_of_start_method(const ::testing::TestParamInfo<StartMethod>& info) {
  return info.param == StartMethod::kFork ? "Fork" : "ForkServer";
}

class StartMethods : public Watchdog, public ::testing::WithParamInterface<StartMethod> {
 protected:
  template <typename Target>
  Process make(Target target, ProcessOptions options = {}) {
    if (GetParam() == StartMethod::kFork) return Process(std::move(target), std::move(options));
    return Process(server(), std::move(target), std::move(options));
  }
  // This process's.
  ForkServer& server() {
    if (made_by_ != ::getpid()) server_.emplace();
    made_by_ = ::getpid();
    return *server_;
  }
  // For a test that waits for the end of a pipe that was made before the server: the server holds the ends.
  void end_server() {
    if (made_by_ == ::getpid()) server_.reset();
    made_by_ = 0;
  }

 private:
  std::optional<ForkServer> server_;
  pid_t made_by_ = 0;
};

}  // namespace gilfree::testing
