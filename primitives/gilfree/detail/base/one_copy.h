// GILFREE_ONE_COPY: before a variable of a header of which a program and the shared library that it uses must have one copy.
//
// A program that is compiled with -fvisibility=hidden would get one of its own. The static library becomes a part of the
// program, and has none to share: there it means nothing, so that two plugins keep theirs apart.
#pragma once

#ifdef GILFREE_SHARED  // by CMake and pkg-config, where the library is a shared one
#define GILFREE_ONE_COPY [[gnu::visibility("default")]]
#else
#define GILFREE_ONE_COPY
#endif
