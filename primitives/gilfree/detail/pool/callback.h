// callback_for: what is called when the result of a pool's call is complete (AnySharedResult::call_back).
#pragma once

#include <type_traits>
#include <utility>

#include "gilfree/detail/pool/shared_result.h"

namespace gilfree::detail {

// Calls the one that applies. `How` makes the whole result of those of the items (async_result.h).
template <typename How, typename Item, typename Callbacks>
void call_back(const Callbacks& callbacks, SharedResult<Item>& result) {
  if (result.succeeded()) {
    if (!callbacks.callback) return;
    if constexpr (std::is_void_v<Item>) {
      callbacks.callback();
    } else {
      callbacks.callback(How::copy(result));
    }
  } else if (callbacks.error_callback) {
    callbacks.error_callback(result.first_error());
  }
}

struct NoCallbacks {};

// Empty if there is nothing to call.
template <typename How, typename Item, typename Callbacks>
AnySharedResult::Callback callback_for(Callbacks callbacks) {
  if constexpr (std::is_same_v<Callbacks, NoCallbacks>) {
    return nullptr;
  } else {
    static_assert(
        std::is_void_v<Item> || std::is_copy_constructible_v<Item>,
        "a callback gets a copy of the result, which cannot be copied: use the AsyncResult");
    if (!callbacks.callback && !callbacks.error_callback) return nullptr;
    return [callbacks = std::move(callbacks)](AnySharedResult& any) {
      call_back<How>(callbacks, static_cast<SharedResult<Item>&>(any));
    };
  }
}

}  // namespace gilfree::detail
