#include "harness/base/linked.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(LinkedTest, ALibraryMoreIsOtherCodeUnlessItIsLoadedWhileTheProgramRuns) {
  const auto at_first = linked(), before = loaded();
  EXPECT_EQ(before.size(), 16U);
  EXPECT_EQ(loaded(), before);
  void* library = ::dlopen("libBrokenLocale.so.1", RTLD_NOW);  // of glibc, and never linked
  ASSERT_NE(library, nullptr) << ::dlerror();
  EXPECT_NE(loaded(), before);
  EXPECT_EQ(linked(), at_first);
  ::dlclose(library);
}

}  // namespace
}  // namespace harness
