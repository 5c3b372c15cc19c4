// The version of gilfree, by https://semver.org.
//
//   #if GILFREE_VERSION >= 100    // 0.1.0: 10,000 * major + 100 * minor + patch
//
// This is the one place where it is written: CMake's project, the package files and the shared
// library's name take it from here. Before 1.0.0 a new minor version may change the interface and the
// layout of shared memory, so the name of the shared library has both numbers: libgilfree_primitives.so.0.1
#pragma once

// Each public header includes this one first, so that an older standard is named before what it does not know.
#if __cplusplus < 202002L
#error "gilfree needs C++20: compile with -std=c++20"
#endif

#define GILFREE_VERSION_MAJOR 0
#define GILFREE_VERSION_MINOR 1
#define GILFREE_VERSION_PATCH 0
#define GILFREE_VERSION \
  (GILFREE_VERSION_MAJOR * 10000 + GILFREE_VERSION_MINOR * 100 + GILFREE_VERSION_PATCH)

namespace gilfree {

// major: the interface changed so that programs must be changed. minor: something was added, and before
// 1.0.0 also that. patch: faults were mended.
struct Version {
  int major, minor, patch;
};

// Of the headers that a program is compiled with.
inline constexpr Version kVersion{GILFREE_VERSION_MAJOR, GILFREE_VERSION_MINOR,
                                  GILFREE_VERSION_PATCH};

}  // namespace gilfree
