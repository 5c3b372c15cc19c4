// GilfreeScope: the tag by which a template of gilfree is made for threads or for processes.
#pragma once

#include <type_traits>

#include "scenarios/support/worker_kind.h"

#include <gilfree/scope.h>

namespace scenarios {

template <WorkerKind K>
using GilfreeScope =
    std::conditional_t<K == WorkerKind::kThreads, gilfree::Threads, gilfree::Processes>;

}  // namespace scenarios
