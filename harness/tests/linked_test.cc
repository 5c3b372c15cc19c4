#include "harness/base/linked.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(LinkedTest, ALibraryMoreIsOtherCode) {
  const auto before = linked();
  EXPECT_EQ(before.size(), 16U);
  EXPECT_EQ(linked(), before);
  void* library = ::dlopen("libBrokenLocale.so.1", RTLD_NOW);  // of glibc, and never linked
  ASSERT_NE(library, nullptr) << ::dlerror();
  EXPECT_NE(linked(), before);
  ::dlclose(library);
}

}  // namespace
}  // namespace harness
