// Gathered, Many: the result of a whole call, made of the results of its items: of one, or of many in a
// vector. copy() leaves them where they are, move() takes them.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "gilfree/detail/pool/shared_result.h"

namespace gilfree::detail {

template <typename Result>
struct Gathered {
  using Item = Result;
  static Result copy(SharedResult<Item>& job) { return job.at(0); }
  static Result move(SharedResult<Item>& job) { return std::move(job.at(0)); }
};
template <>
struct Gathered<void> {
  using Item = void;
  static void copy(SharedResult<void>& job) {
    for (std::size_t item = 0; item < job.size(); ++item) (void)job.at(item);
  }
  static void move(SharedResult<void>& job) { copy(job); }
};
template <typename Item>
struct Many {
  static std::vector<Item> copy(SharedResult<Item>& job) {
    if constexpr (Plain<Item>) {
      if (job.size() > 1) return job.all();
    }
    std::vector<Item> all;
    all.reserve(job.size());
    for (std::size_t item = 0; item < job.size(); ++item) all.push_back(job.at(item));
    return all;
  }
  static std::vector<Item> move(SharedResult<Item>& job) {
    if constexpr (Plain<Item>) {
      if (job.size() > 1) return std::move(job.all());
    }
    std::vector<Item> all;
    all.reserve(job.size());
    for (std::size_t item = 0; item < job.size(); ++item) all.push_back(std::move(job.at(item)));
    return all;
  }
};

}  // namespace gilfree::detail
