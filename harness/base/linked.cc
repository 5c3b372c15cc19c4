#include "harness/base/linked.h"

#include <elf.h>
#include <link.h>

#include <cstring>
#include <string_view>
#include <vector>

#include "harness/base/files.h"

namespace harness {
namespace {

constexpr char kOwner[] = "GNU";

// Notes lie behind one another, each part of them aligned to 4 bytes: elf(5).
std::size_t aligned(std::size_t bytes) { return (bytes + 3) / 4 * 4; }

// The build ID in a segment of notes; empty if there is none.
std::string_view build_id_in(std::string_view notes) {
  ElfW(Nhdr) note;
  while (notes.size() >= sizeof note) {
    std::memcpy(&note, notes.data(), sizeof note);
    const std::size_t owner = sizeof note, id = owner + aligned(note.n_namesz);
    const std::size_t end = id + aligned(note.n_descsz);
    if (end > notes.size()) break;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof kOwner &&
        notes.substr(owner, sizeof kOwner) == std::string_view(kOwner, sizeof kOwner)) {
      return notes.substr(id, note.n_descsz);
    }
    notes.remove_prefix(end);
  }
  return {};
}

std::string_view build_id_of(const dl_phdr_info& object) {
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const auto& segment = object.dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    const auto id = build_id_in(
        {reinterpret_cast<const char*>(object.dlpi_addr + segment.p_vaddr), segment.p_memsz});
    if (!id.empty()) return id;
  }
  return {};
}

// The program comes first, then the libraries, as dl_iterate_phdr(3) does.
int add_build_id(dl_phdr_info* object, std::size_t, void* all) {
  const std::string_view name = object->dlpi_name == nullptr ? "" : object->dlpi_name;
  if (name.find("linux-vdso") != std::string_view::npos) return 0;
  static_cast<std::vector<std::string>*>(all)->emplace_back(build_id_of(*object));
  return 0;
}

}  // namespace

std::string loaded() {
  std::vector<std::string> ids;
  ::dl_iterate_phdr(add_build_id, &ids);
  if (ids.empty() || ids.front().empty()) return {};
  std::string all;
  for (const auto& id : ids) all += id;
  return hash_of(all);
}

std::string linked() {
  static const std::string first = loaded();
  return first;
}

}  // namespace harness
