// Flushes the FILE streams of this process without waiting for one that another thread holds.
//
// fflush(nullptr) locks each stream in turn, so it waits as long as some thread waits for input: a thread
// that reads from a pipe holds the lock of its stream for as long as the pipe is empty.
#pragma once

namespace gilfree::detail {

// Writes what is buffered for output. A stream that another thread is writing to is tried again for a
// short while, and then left alone; a stream without buffered output is not locked at all.
void flush_files();

// For a child just forked, which has one thread: drops the buffered output that it has inherited, which
// is its parent's to write.
void discard_inherited_output();

}  // namespace gilfree::detail
