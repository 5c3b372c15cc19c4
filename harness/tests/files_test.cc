#include "harness/base/files.h"

#include <gtest/gtest.h>

#include "harness/base/errors.h"
#include "harness/tests/support.h"

namespace harness::testing {
namespace {

TEST(FilesTest, ATextIsReadWholeAndOneThatIsNotThereIsNothing) {
  const TemporaryFolder folder;
  folder.write("empty", "");
  folder.write("two lines", "a\nb\n");
  EXPECT_EQ(read_text(folder.path() / "two lines"), "a\nb\n");
  EXPECT_EQ(read_text(folder.path() / "empty"), "");
  EXPECT_EQ(read_text(folder.path() / "nowhere"), std::nullopt);
  EXPECT_EQ(read_text(folder.path()), std::nullopt);
}

TEST(FilesTest, AFileIsReplacedAsAWholeOrNotAtAll) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "samples.csv";
  write_file(path, "old");
  write_file(path, "new");
  EXPECT_EQ(folder.read("samples.csv"), "new");

  folder.make_full("samples.csv." + std::to_string(::getpid()) + ".part");
  EXPECT_EQ(message_of<CannotWrite>([&] { write_file(path, "newest"); }),
            path.string() + ": No space left on device");
  EXPECT_EQ(folder.read("samples.csv"), "new");
  EXPECT_EQ(folder.entries(), 1u);
}

}  // namespace
}  // namespace harness::testing
