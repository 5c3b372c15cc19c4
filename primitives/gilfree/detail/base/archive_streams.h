// ItemWriter, ItemReader: the streams that an archive writes an item to and reads it from, without a copy.
#pragma once

#include <cstddef>
#include <cstring>
#include <streambuf>

namespace gilfree::detail {

// Where an archive writes to: memory that is long enough, or nowhere, to learn how long that is.
class ItemWriter : public std::streambuf {
 public:
  explicit ItemWriter(std::byte* to = nullptr) : to_(to) {}
  std::size_t bytes() const { return bytes_; }

 protected:
  std::streamsize xsputn(const char* from, std::streamsize size) override {
    const auto bytes = static_cast<std::size_t>(size);
    if (to_ != nullptr && bytes > 0) std::memcpy(to_ + bytes_, from, bytes);
    bytes_ += bytes;
    return size;
  }

 private:
  std::byte* const to_;
  std::size_t bytes_ = 0;
};

class ItemReader : public std::streambuf {
 public:
  ItemReader(const std::byte* from, std::size_t size) {
    char* begin = const_cast<char*>(reinterpret_cast<const char*>(from));  // only read
    setg(begin, begin, begin + size);
  }
  bool is_at_end() const { return gptr() == egptr(); }
};

}  // namespace gilfree::detail
