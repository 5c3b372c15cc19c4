// Processes where the surroundings are not kind: no descriptor left, streams that other threads hold,
// targets that leave by pthread_exit. And the end of a process as something to wait for.
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gilfree/event.h"
#include "gilfree/pipe.h"
#include "gilfree/pool.h"
#include "gilfree/process.h"
#include "gilfree/queue.h"
#include "primitives/tests/support/descriptors.h"
#include "primitives/tests/support/pool_calls.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/start_methods.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

class ProcessSurroundingsTest : public StartMethods {};
class ForkSurroundingsTest : public Watchdog {};

INSTANTIATE_TEST_SUITE_P(By, ProcessSurroundingsTest, kStartMethods, name_of_start_method);

TEST_P(ProcessSurroundingsTest, WaitingForAChildTakesNoDescriptor) {
  Queue<int, Processes> gate(8);
  {
    Process joined = make([&] { return gate.get(); }), timed = make([&] { return gate.get(); });
    Process destroyed = make([&] { return gate.get(); });
    Process daemon = make([] { ::pause(); }, {.daemon = true});
    for (Process* each : {&joined, &timed, &destroyed, &daemon}) each->start();
    const NoDescriptors none;
    EXPECT_FALSE(timed.join_for(1ms));
    EXPECT_TRUE(timed.is_alive());
    for (int i = 0; i < 3; ++i) gate.put(3);
    joined.join();
    EXPECT_TRUE(timed.join_for(1h));
    EXPECT_EQ(joined.exitcode(), 3);
    EXPECT_EQ(timed.exitcode(), 3);
    daemon.terminate();
    EXPECT_TRUE(daemon.join_for(1h));
    { const Process gone = std::move(destroyed); }
  }
}

TEST_P(ProcessSurroundingsTest, AnyNumberOfThreadsMayJoinWithoutADescriptor) {
  Queue<int, Processes> gate(1);
  Process child = make([&] { return gate.get(); });
  child.start();
  const NoDescriptors none;
  std::vector<std::thread> others;
  for (int i = 0; i < 4; ++i) {
    others.emplace_back([&, i] {
      if (i % 2 == 0) child.join();
      EXPECT_TRUE(child.join_for(1h));
      EXPECT_EQ(child.exitcode(), 3);
    });
  }
  gate.put(3);
  for (auto& other : others) other.join();
}

TEST_F(ForkSurroundingsTest, APoolIsUsedEndedAndDestroyedWithoutADescriptor) {
  Pool<Processes> closed(2), terminated(2);
  auto destroyed = std::make_unique<Pool<Processes>>(2);
  const NoDescriptors none;
  EXPECT_EQ(closed.apply(square, 3), 9);
  EXPECT_THROW(closed.apply([] { std::_Exit(3); }), WorkerLost);
  EXPECT_EQ(closed.map(square, first_numbers(50)), squares(50));
  closed.close();
  closed.join();
  terminated.terminate();
  terminated.join();
  destroyed.reset();
}

// popen, a fifo, a socket: what a thread reads from, it holds.
TEST_P(ProcessSurroundingsTest, AStreamThatAnotherThreadReadsDelaysNeitherAStartNorAnEnd) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::FILE* in = ::fdopen(ends[0], "r");
  std::thread reader([&] { EXPECT_EQ(std::fgetc(in), 'x'); });
  while (::ftrylockfile(in) == 0) ::funlockfile(in);  // until the reader has it
  {
    Process child = make([] { return 3; });
    child.start();
    child.join();
    EXPECT_EQ(child.exitcode(), 3);
    Process with_reader = make([&] {
      std::thread([&] { (void)std::fgetc(in); }).detach();
      while (::ftrylockfile(in) == 0) ::funlockfile(in);
      return 4;
    });
    with_reader.start();
    with_reader.join();
    EXPECT_EQ(with_reader.exitcode(), 4);
  }
  EXPECT_EQ(::write(ends[1], "x", 1), 1);
  reader.join();
  std::fclose(in);
  ::close(ends[1]);
}

// A stream that cannot be flushed before the fork is its parent's to write.
TEST_F(ForkSurroundingsTest, WhatAnotherThreadIsWritingIsWrittenOnce) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::FILE* out = ::fdopen(ends[1], "w");
  std::fputs("parent ", out);
  Event<Threads> held, enough;
  std::thread writer([&] {
    ::flockfile(out);
    held.set();
    enough.wait();
    ::funlockfile(out);
  });
  held.wait();
  Process child([&] { std::fputs("child ", out); });
  child.start();
  child.join();
  enough.set();
  writer.join();
  std::fclose(out);
  char text[64] = {};
  EXPECT_EQ(std::string(text, ::read(ends[0], text, sizeof text)), "child parent ");
  ::close(ends[0]);
}

TEST_F(ForkSurroundingsTest, WideStreamsAreFlushedToo) {
  for (std::wostream* stream : {&std::wcout, &std::wclog}) {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    Process child([=] {
      std::ios::sync_with_stdio(false);
      *stream << L"wide";
    });
    child.start();
    child.join();
    const std::string all =
        ::testing::internal::GetCapturedStdout() + ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(all, "wide");
  }
}

TEST_P(ProcessSurroundingsTest, ATargetMayLeaveByPthreadExit) {
  ::testing::internal::CaptureStdout();
  std::atexit([] { std::fputs("the parent's exit handler", stdout); });
  Process child = make([] {
    std::fputs("flushed", stdout);
    ::pthread_exit(nullptr);
  });
  child.start();
  child.join();
  end_server();
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "flushed");
  EXPECT_EQ(child.exitcode(), 0);
}

TEST_P(ProcessSurroundingsTest, ASentinelIsReadyOnceItsProcessHasEnded) {
  Queue<int, Processes> gate(1);
  Process child = make([&] { return gate.get(); });
  EXPECT_THROW(child.sentinel(), std::logic_error);
  child.start();
  const Sentinel sentinel = child.sentinel();
  EXPECT_EQ(sentinel, child.sentinel());
  EXPECT_FALSE(sentinel.is_ready());
  EXPECT_FALSE(sentinel.wait_until(after(1ms)));
  gate.put(3);
  EXPECT_TRUE(sentinel.wait_until(kNever));
  EXPECT_TRUE(sentinel.is_ready());
}

}  // namespace
}  // namespace gilfree::testing
