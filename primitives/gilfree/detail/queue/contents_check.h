// Throws Corrupted for shared memory whose contents no program of this library can have written.
//
// Another process can write to a named object at any time. Every position, size or index that is
// read from one is therefore read once and compared with the handle's own limits before it is used.
#pragma once

#include "gilfree/errors.h"

namespace gilfree::detail {

[[noreturn, gnu::cold]] inline void throw_corrupted_contents() {
  throw Corrupted(
      "gilfree: the contents of this queue or pipe are damaged; remove it with gilfree::remove() "
      "and create it again");
}

}  // namespace gilfree::detail
