// ItemOutput, ItemInput: the archives of cereal that an item is written to and read from: the bytes of a
// message, without a stream in between.
//
//   ItemOutput counter;         counter(item);  const auto size = counter.finish();
//   ItemOutput writer(bytes);   writer(item);   (void)writer.finish();
//   ItemInput reader(bytes, size);  reader(item);  reader.finish();
//
// The format is cereal's binary one. An unrelated process may have written the bytes, so:
//
// 1. A length among them is believed up to the number of bytes that follow it. A container is thus never
//    made larger than sizeof(element) for each byte of the message. The writer keeps to this: where
//    elements take no bytes (std::monostate), it pads the message at its end.
// 2. Objects within objects are read, and written, at most kDeepest deep, since each takes a piece of the
//    stack. cereal has about six for a std::unique_ptr to an object.
// 3. A bool is 0 or 1.
#pragma once

#include <algorithm>
#include <cereal/cereal.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <type_traits>

#include "gilfree/errors.h"

namespace gilfree::detail {

// Which bytes a message needs behind what was written or read so far.
class ItemLayout {
 public:
  static constexpr std::uint32_t kDeepest = 10'000;

  std::size_t at() const { return at_; }
  void advance(std::size_t bytes) { at_ += bytes; }
  // A container of so many elements begins here.
  void note_length(std::uint64_t elements) {
    if (elements > SIZE_MAX / 2) throw std::length_error("gilfree::Codec: a container is too long");
    end_ = std::max(end_, at_ + static_cast<std::size_t>(elements));
  }
  // How many bytes the whole message takes, with its padding.
  std::size_t bytes() const { return std::max(at_, end_); }

  bool enter() { return ++depth_ <= kDeepest; }
  void leave() { --depth_; }

 private:
  std::size_t at_ = 0, end_ = 0;
  std::uint32_t depth_ = 0;
};

// Writes to memory that is long enough, or nowhere, to learn how long that is.
class ItemOutput : public cereal::OutputArchive<ItemOutput, cereal::AllowEmptyClassElision> {
 public:
  explicit ItemOutput(std::byte* to = nullptr) : OutputArchive(this), to_(to) {}

  void write(const void* from, std::size_t bytes) {
    if (to_ != nullptr && bytes > 0) std::memcpy(to_ + layout_.at(), from, bytes);
    layout_.advance(bytes);
  }
  void write_length(std::uint64_t elements) {
    write(&elements, sizeof elements);
    layout_.note_length(elements);
  }
  void enter() {
    if (!layout_.enter()) {
      throw std::length_error(
          "gilfree::Codec: objects within objects, too deep for the stack; send a flat container");
    }
  }
  void leave() { layout_.leave(); }
  std::size_t finish() const { return layout_.bytes(); }

 private:
  std::byte* const to_;
  ItemLayout layout_;
};

// Reads from memory that another process may have written. Throws Corrupted where that is no item.
class ItemInput : public cereal::InputArchive<ItemInput, cereal::AllowEmptyClassElision> {
 public:
  ItemInput(const std::byte* from, std::size_t bytes)
      : InputArchive(this), from_(from), bytes_(bytes) {}

  void read(void* to, std::size_t bytes) {
    if (bytes > left()) throw_no_such_item();
    if (bytes > 0) std::memcpy(to, from_ + layout_.at(), bytes);
    layout_.advance(bytes);
  }
  std::uint64_t read_length() {
    std::uint64_t elements;
    read(&elements, sizeof elements);
    if (elements > left()) throw_no_such_item();
    layout_.note_length(elements);
    return elements;
  }
  void enter() {
    if (!layout_.enter()) throw_no_such_item();
  }
  void leave() { layout_.leave(); }
  void finish() const {
    if (layout_.bytes() != bytes_) throw_no_such_item();
  }

  [[noreturn]] static void throw_no_such_item() {
    throw Corrupted(
        "gilfree::Codec: what came is no such item; receive it as the type that was sent");
  }

 private:
  std::size_t left() const { return bytes_ - layout_.at(); }

  const std::byte* const from_;
  const std::size_t bytes_;
  ItemLayout layout_;
};

// What cereal calls, found by the type of the archive.

template <typename T>
requires std::is_arithmetic_v<T>
void CEREAL_SAVE_FUNCTION_NAME(ItemOutput& archive, const T& number) {
  archive.write(std::addressof(number), sizeof number);
}
template <typename T>
requires std::is_arithmetic_v<T>
void CEREAL_LOAD_FUNCTION_NAME(ItemInput& archive, T& number) {
  if constexpr (std::is_same_v<T, bool>) {
    std::uint8_t byte;
    archive.read(&byte, sizeof byte);
    if (byte > 1) ItemInput::throw_no_such_item();
    number = byte == 1;
  } else {
    archive.read(std::addressof(number), sizeof number);
  }
}

template <typename T>
void CEREAL_SAVE_FUNCTION_NAME(ItemOutput& archive, const cereal::SizeTag<T>& length) {
  archive.write_length(length.size);
}
template <typename T>
void CEREAL_LOAD_FUNCTION_NAME(ItemInput& archive, cereal::SizeTag<T>& length) {
  length.size = static_cast<std::remove_reference_t<T>>(archive.read_length());
}

template <typename T>
void CEREAL_SAVE_FUNCTION_NAME(ItemOutput& archive, const cereal::BinaryData<T>& run) {
  archive.write(run.data, run.size);
}
template <typename T>
void CEREAL_LOAD_FUNCTION_NAME(ItemInput& archive, cereal::BinaryData<T>& run) {
  archive.read(run.data, run.size);
}

template <typename Archive>
concept ItemArchive = std::is_same_v<Archive, ItemOutput> || std::is_same_v<Archive, ItemInput>;

template <ItemArchive Archive, typename T>
void CEREAL_SERIALIZE_FUNCTION_NAME(Archive& archive, cereal::NameValuePair<T>& named) {
  archive(named.value);
}

// Before and after each object.
template <typename T>
void prologue(ItemOutput& archive, const T&) {
  archive.enter();
}
template <typename T>
void prologue(ItemInput& archive, const T&) {
  archive.enter();
}
template <typename T>
void epilogue(ItemOutput& archive, const T&) {
  archive.leave();
}
template <typename T>
void epilogue(ItemInput& archive, const T&) {
  archive.leave();
}

}  // namespace gilfree::detail

CEREAL_REGISTER_ARCHIVE(gilfree::detail::ItemOutput)
CEREAL_REGISTER_ARCHIVE(gilfree::detail::ItemInput)
CEREAL_SETUP_ARCHIVE_TRAITS(gilfree::detail::ItemInput, gilfree::detail::ItemOutput)
