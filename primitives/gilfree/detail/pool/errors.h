// The exceptions of a process pool: what a call gets instead of a result.
#pragma once

#include <cerrno>
#include <cstddef>
#include <exception>
#include <string>
#include <system_error>
#include <utility>

#include "gilfree/detail/memory/wire.h"
#include "gilfree/detail/process/child_registry.h"
#include "gilfree/errors.h"

namespace gilfree::detail {

inline std::exception_ptr worker_lost(int exitcode) {
  return std::make_exception_ptr(WorkerLost("gilfree::Pool: the worker that ran this task " +
                                            gilfree::detail::how_it_ended(exitcode) +
                                            "; run it again if that is safe"));
}

inline std::exception_ptr no_worker_survives(int exitcode) {
  return std::make_exception_ptr(
      WorkerLost("gilfree::Pool: no worker survives the initializer, the last one " +
                 gilfree::detail::how_it_ended(exitcode) + "; mend it and make another pool"));
}

// `error`: an errno.
inline std::exception_ptr no_worker_started(int error) {
  return std::make_exception_ptr(
      std::system_error(error, std::generic_category(),
                        "gilfree::Pool: no worker process can be started; end some processes or "
                        "raise the limit, and make another pool"));
}

inline std::exception_ptr worker_may_not_be_killed() {
  return std::make_exception_ptr(std::system_error(
      EPERM, std::generic_category(),
      "gilfree::Pool: its supervisor process has ended, and a worker has become a user whose "
      "processes this one may not kill; make another pool"));
}

inline constexpr const char* kNoSupervisor =
    "gilfree::Pool: its supervisor process ends again and again; see stderr, and make another pool";

// As a worker described it: Wire<std::string> of type and text.
inline std::exception_ptr read_remote_error(const std::byte* bytes) {
  std::string type = Wire<std::string>::read(bytes);
  return std::make_exception_ptr(RemoteError(std::move(type), Wire<std::string>::read(bytes)));
}

}  // namespace gilfree::detail
