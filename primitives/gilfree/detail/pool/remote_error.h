// remote_error: the RemoteError for what a task threw.
#pragma once

#include <exception>

#include "gilfree/detail/base/uncaught.h"
#include "gilfree/errors.h"

namespace gilfree::detail {

// Between threads the exception itself is nested in it: std::rethrow_if_nested gets it out.
struct NestedRemoteError : RemoteError, std::nested_exception {
  explicit NestedRemoteError(Described what)
      : RemoteError(std::move(what.type), std::move(what.text)) {}
};

// Call inside a catch block.
inline std::exception_ptr remote_error() {
  return std::make_exception_ptr(NestedRemoteError(describe_exception()));
}

}  // namespace gilfree::detail
