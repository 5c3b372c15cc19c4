#include "harness/base/child.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(ChildTest, OutputIsWhatAProgramWroteUnlessItFailed) {
  EXPECT_EQ(output_of({"echo", "a", "b c"}), "a b c\n");
  EXPECT_EQ(output_of({"sh", "-c", "echo a; exit 1"}), "");
  EXPECT_EQ(output_of({"sh", "-c", "echo a; kill -9 $$"}), "");
  EXPECT_EQ(output_of({"/nonexistent"}), "");
  EXPECT_EQ(output_of({"sh", "-c", "echo trouble >&2; cat"}), "");  // stdin is empty
}

}  // namespace
}  // namespace harness
