// What a sanitizer that the program is built with cannot do, so that tests of it are skipped and say why.
#pragma once

// Clang, and GCC since 14, answer __has_feature; older ones define a macro.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GILFREE_ADDRESS_SANITIZER
#endif
#if __has_feature(thread_sanitizer)
#define GILFREE_THREAD_SANITIZER
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(GILFREE_ADDRESS_SANITIZER)
#define GILFREE_ADDRESS_SANITIZER
#endif
#if defined(__SANITIZE_THREAD__) && !defined(GILFREE_THREAD_SANITIZER)
#define GILFREE_THREAD_SANITIZER
#endif

namespace gilfree::testing {

#if defined(GILFREE_ADDRESS_SANITIZER)
inline constexpr bool kIsAddressSanitizer = true;
#else
inline constexpr bool kIsAddressSanitizer = false;
#endif

// ThreadSanitizer ends a program in which a thread is cancelled in pthread_join, and sees no order in "that thread
// sleeps, so it has read".
#if defined(GILFREE_THREAD_SANITIZER)
inline constexpr bool kIsThreadSanitizer = true;
#else
inline constexpr bool kIsThreadSanitizer = false;
#endif

// GCC 12's and clang 14's AddressSanitizer take no care of their allocator at a fork: if another thread
// is in it just then, it is locked in the child for ever.
inline constexpr bool kForksAmongThreads = !kIsAddressSanitizer;

// A limited address space leaves no room for a sanitizer's shadow memory.
inline constexpr bool kHasShadowMemory = kIsAddressSanitizer || kIsThreadSanitizer;

}  // namespace gilfree::testing
