// A stream of bytes between two descriptors as a channel of messages, and the names of what the system keeps.
#include "scenarios/support/stream.h"

#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "scenarios/support/unique_name.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

using Bytes = std::vector<std::byte>;

class OpenPipe : public PipeStream {
 public:
  explicit OpenPipe(std::size_t bytes) : PipeStream(bytes) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) cannot("pipe2");
    in_ = ends[0], out_ = ends[1];
  }
  void close_writer() { ::close(std::exchange(out_, -1)); }
  void write_part(const Bytes& part) {
    ASSERT_EQ(::write(out_, part.data(), part.size()), static_cast<ssize_t>(part.size()));
  }
  int reader() const { return in_; }
};

Bytes numbered(std::size_t bytes) {
  Bytes all(bytes);
  for (std::size_t i = 0; i < bytes; ++i) all[i] = static_cast<std::byte>(i * 7);
  return all;
}

TEST(StreamTest, AMessageThatThePipeHoldsInPartsOnlyArrivesWhole) {
  constexpr std::size_t kBytes = 1 << 20;
  OpenPipe pipe(kBytes);
  const Bytes sent = numbered(kBytes);
  Bytes received(kBytes);
  std::thread sender([&] { pipe.send(sent.data()); });
  pipe.receive(received.data());
  sender.join();
  EXPECT_TRUE(received == sent);
}

TEST(StreamTest, TwoPartsOfAMessageAreReadAsOne) {
  OpenPipe pipe(8);
  const Bytes sent = numbered(8);
  pipe.write_part({sent.begin(), sent.begin() + 3});
  pipe.write_part({sent.begin() + 3, sent.end()});
  Bytes received(8);
  pipe.receive(received.data());
  EXPECT_TRUE(received == sent);
}

TEST(StreamTest, AStreamThatEndsInsideOfAMessageIsBrokenAndSaysWhere) {
  OpenPipe pipe(8);
  pipe.write_part(numbered(3));
  pipe.close_writer();
  Bytes received(8);
  EXPECT_EQ(message_of<std::runtime_error>([&] { pipe.receive(received.data()); }),
            "read: Broken pipe");
}

TEST(StreamTest, ItsDescriptorsAreClosedWithIt) {
  int reader = -1;
  {
    OpenPipe pipe(8);
    reader = pipe.reader();
    ASSERT_NE(::fcntl(reader, F_GETFD), -1);
  }
  EXPECT_EQ(::fcntl(reader, F_GETFD), -1);
}

TEST(PipeStreamTest, ItsDepthIsHowManyMessagesItHoldsBeforeASenderWaits) {
  OpenPipe pipe(4096);
  ASSERT_GT(pipe.depth(), 0);
  const Bytes message = numbered(4096);
  for (int sent = 0; sent < pipe.depth(); ++sent)
    pipe.send(message.data());  // hangs if it were fewer
  EXPECT_EQ(OpenPipe(64).depth(), pipe.depth() * 64);
}

TEST(UniqueNameTest, EachCallGivesAnotherNameThatSaysWhoseItIs) {
  const std::string first = unique_name(), second = unique_name();
  EXPECT_NE(first, second);
  for (const auto& name : {first, second}) {
    EXPECT_EQ(name.find("bench-all-" + std::to_string(::getpid()) + "-"), 0u) << name;
  }
}

}  // namespace
}  // namespace scenarios::testing
