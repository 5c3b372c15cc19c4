// A thread that is ended in the middle of a call, by pthread_exit or pthread_cancel, unwinds its stack as an
// exception does, and a handler that catches it must throw it on: else the C library ends the program.
#pragma once

#include <exception>

namespace gilfree::detail {

// For a `catch (...)`: true if what it caught is no exception, but the end of the thread.
inline bool is_end_of_thread() noexcept { return std::current_exception() == nullptr; }

}  // namespace gilfree::detail
