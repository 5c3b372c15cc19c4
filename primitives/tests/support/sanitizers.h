// What a sanitizer that the program is built with cannot do, so that tests of it are skipped and say why.
#pragma once

namespace gilfree::testing {

// GCC 12's and clang 14's AddressSanitizer take no care of their allocator at a fork: if another thread
// is in it just then, it is locked in the child for ever.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kForksAmongThreads = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool kForksAmongThreads = false;
#else
inline constexpr bool kForksAmongThreads = true;
#endif
#else
inline constexpr bool kForksAmongThreads = true;
#endif

// A limited address space leaves no room for a sanitizer's shadow memory.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kHasShadowMemory = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kHasShadowMemory = true;
#else
inline constexpr bool kHasShadowMemory = false;
#endif
#else
inline constexpr bool kHasShadowMemory = false;
#endif

// ThreadSanitizer ends a program in which a thread is cancelled in pthread_join, and sees no order in "that thread
// sleeps, so it has read".
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kIsThreadSanitizer = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
inline constexpr bool kIsThreadSanitizer = true;
#else
inline constexpr bool kIsThreadSanitizer = false;
#endif
#else
inline constexpr bool kIsThreadSanitizer = false;
#endif

}  // namespace gilfree::testing
