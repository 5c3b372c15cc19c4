// Fuzzes what is received: bytes that are no item, or an item whose lengths lie. Reading gives an item or
// throws Corrupted, and takes no more memory than a message of that length can describe.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "gilfree/archive_codec.h"
#include "gilfree/codec.h"
#include "gilfree/errors.h"

namespace {

struct Route {
  std::string name;
  std::map<std::string, std::vector<double>> stops;
  std::optional<std::variant<int, std::string>> note;
  template <typename Archive>
  void serialize(Archive& archive) {
    archive(name, stops, note);
  }
};

template <typename T>
void read(const std::byte* bytes, std::size_t size) {
  try {
    (void)gilfree::Codec<T>::read(bytes, size);
  } catch (const gilfree::Corrupted&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto* bytes = reinterpret_cast<const std::byte*>(data) + 1;
  switch (data[0] % 5) {
    case 0:
      read<std::string>(bytes, size - 1);
      break;
    case 1:
      read<std::vector<std::string>>(bytes, size - 1);
      break;
    case 2:
      read<std::map<int, std::string>>(bytes, size - 1);
      break;
    case 3:
      read<Route>(bytes, size - 1);
      break;
    default:
      read<std::tuple<std::string, std::vector<Route>>>(bytes, size - 1);
      break;
  }
  return 0;
}
