#include "gilfree/detail/memory/segment.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>

#include "gilfree/errors.h"

namespace gilfree::detail {
namespace {

constexpr std::size_t kHeaderBytes = 4096;  // a page, so that the contents begin on one
// Touched at once, since a page's first touch costs more than a message; and reserved, since writing
// to a full file system later is a SIGBUS.
constexpr std::size_t kTouched = std::size_t{4} << 20;

struct Header {
  char magic[8];
  std::uint64_t version;
  std::uint64_t layout;
  std::uint64_t bytes;
  std::uint64_t boot;           // hash of this boot's id
  std::uint64_t pid_namespace;  // inode
  std::uint64_t checksum;       // of all above
};

constexpr char kMagic[8] = {'g', 'i', 'l', 'f', 'r', 'e', 'e', '\n'};
constexpr std::uint64_t kVersion = 1;

// FNV-1a, 64 bits (Fowler, Noll, Vo): notices damage, not malice.
std::uint64_t hash(const void* data, std::size_t size) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::size_t i = 0; i < size; ++i) {
    hash = (hash ^ static_cast<const unsigned char*>(data)[i]) * 0x100000001b3;
  }
  return hash;
}

std::uint64_t checksum(const Header& header) { return hash(&header, offsetof(Header, checksum)); }

Header header_for(std::uint64_t layout, std::size_t bytes) {
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  struct stat pid_namespace {};
  ::stat("/proc/self/ns/pid", &pid_namespace);
  Header header{.magic = {},
                .version = kVersion,
                .layout = layout,
                .bytes = bytes,
                .boot = hash(boot.data(), boot.size()),
                .pid_namespace = pid_namespace.st_ino,
                .checksum = 0};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.checksum = checksum(header);
  return header;
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::string path_of(std::string_view name) {
  const bool usable = !name.empty() && name.size() < 200 && name[0] != '.' &&
                      name.find('/') == name.npos && name.find('\0') == name.npos;
  if (!usable) {
    throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                            "gilfree: a name has 1 to 199 characters, none of them '/', and does "
                            "not begin with '.'; got '" +
                                std::string(name) + "'");
  }
  return "/dev/shm/" + std::string(name);
}

[[noreturn]] void fail(int error, std::string_view name, const std::string& what) {
  throw std::system_error(error, std::generic_category(),
                          "gilfree: '" + std::string(name) + "' " + what);
}
[[noreturn]] void corrupted(std::string_view name, const std::string& what) {
  throw Corrupted("gilfree: '" + std::string(name) + "' " + what +
                  "; if nobody uses it, remove /dev/shm/" + std::string(name));
}

std::shared_ptr<void> map(int fd, std::string_view name, std::size_t bytes) {
  void* whole = ::mmap(nullptr, kHeaderBytes + bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (whole == MAP_FAILED) fail(errno, name, "cannot be mapped; is there memory left?");
  ::madvise(whole, kHeaderBytes + bytes, MADV_DONTDUMP);
  const auto unmap = [bytes](void* memory) {
    ::munmap(static_cast<std::byte*>(memory) - kHeaderBytes, kHeaderBytes + bytes);
  };
  return {static_cast<std::byte*>(whole) + kHeaderBytes, unmap};
}

// Throws unless the file is ours to use. `header` is a copy: the file may change at any time.
void check_file(int fd, std::string_view name, struct stat& facts) {
  struct statfs system {};
  if (::fstat(fd, &facts) != 0 || ::fstatfs(fd, &system) != 0) fail(errno, name, "cannot be read");
  if (!S_ISREG(facts.st_mode) || system.f_type != TMPFS_MAGIC) {
    corrupted(name, "is no shared memory");
  }
  if (facts.st_uid != ::geteuid()) {
    fail(EACCES, name, "belongs to user " + std::to_string(facts.st_uid) + "; choose another name");
  }
  if ((facts.st_mode & 077) != 0 || facts.st_nlink != 1) {
    fail(EACCES, name, "is open to others (mode or links); it is not trusted: remove it");
  }
}

void check_header(const Header& header, std::string_view name, std::uint64_t layout,
                  std::size_t least, std::size_t size) {
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) {
    corrupted(name, "is not one of gilfree's, or half made");
  }
  if (header.checksum != checksum(header)) corrupted(name, "has a damaged header");
  const Header wanted = header_for(layout, header.bytes);
  if (header.version != kVersion) corrupted(name, "was made by another version of gilfree");
  if (header.layout != layout) corrupted(name, "holds something of another type");
  if (header.boot != wanted.boot || header.pid_namespace != wanted.pid_namespace) {
    corrupted(name, "was made in another pid namespace, where process ids mean something else");
  }
  if (header.bytes < least || header.bytes > size || size - header.bytes != kHeaderBytes) {
    corrupted(name, "has been cut short");
  }
}

Header read_header(int fd, std::string_view name, const struct stat& facts) {
  Header header;
  if (facts.st_size < static_cast<off_t>(kHeaderBytes) ||
      ::pread(fd, &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) {
    corrupted(name, "is not one of gilfree's, or half made");
  }
  return header;
}

// Nothing if there is no such file.
std::optional<Segment> try_open(std::string_view name, std::uint64_t layout, std::size_t least,
                                const Claim& claim) {
  const File file(::open(path_of(name).c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ENOENT) return std::nullopt;
    fail(errno, name, "cannot be opened; choose another name");
  }
  struct stat facts {};
  check_file(file.fd(), name, facts);
  const Header header = read_header(file.fd(), name, facts);
  check_header(header, name, layout, least, static_cast<std::size_t>(facts.st_size));
  Segment segment{map(file.fd(), name, header.bytes), header.bytes};
  if (claim) claim(segment.memory.get(), file.fd());
  return segment;
}

// Nothing if there is one already.
std::optional<Segment> try_create(std::string_view name, std::uint64_t layout, std::size_t bytes,
                                  const MakeContents& make, const Claim& claim) {
  const std::string path = path_of(name);
  const File file(::open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!file.is_open()) fail(errno, name, "cannot be made in /dev/shm");
  const auto touched = static_cast<off_t>(kHeaderBytes + std::min(bytes, kTouched));
  if (::fchmod(file.fd(), 0600) != 0 ||
      ::ftruncate(file.fd(), static_cast<off_t>(kHeaderBytes + bytes)) != 0) {
    fail(errno, name, "cannot be made; is /dev/shm full?");
  }
  if (const int error = ::posix_fallocate(file.fd(), 0, touched); error != 0) {
    fail(error, name, "cannot be made; is /dev/shm full?");
  }
  Segment segment{map(file.fd(), name, bytes), bytes};
  make(segment.memory.get());
  if (claim) claim(segment.memory.get(), file.fd());
  const Header header = header_for(layout, bytes);
  std::memcpy(static_cast<std::byte*>(segment.memory.get()) - kHeaderBytes, &header, sizeof header);
  const std::string unnamed = "/proc/self/fd/" + std::to_string(file.fd());
  if (::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    if (errno == EEXIST) return std::nullopt;
    fail(errno, name, "cannot be given its name in /dev/shm");
  }
  return segment;
}

}  // namespace

std::uint64_t layout_hash(const char* type, std::size_t size) {
  return hash(type, std::strlen(type)) ^ size * 0x9e3779b97f4a7c15;
}

std::shared_ptr<void> anonymous_segment(std::size_t bytes) {
  using boost::interprocess::anonymous_shared_memory;
  auto region =
      std::make_shared<boost::interprocess::mapped_region>(anonymous_shared_memory(bytes));
  void* memory = region->get_address();
  ::madvise(memory, std::min(bytes, kTouched), MADV_POPULATE_WRITE);  // best effort: Linux 5.14
  return {std::move(region), memory};
}

Segment create_segment(std::string_view name, std::uint64_t layout, std::size_t bytes,
                       const MakeContents& make, const Claim& claim) {
  if (auto made = try_create(name, layout, bytes, make, claim)) return *std::move(made);
  fail(EEXIST, name, "exists; open it, remove it, or choose another name");
}

Segment open_segment(std::string_view name, std::uint64_t layout, std::size_t least,
                     const Claim& claim) {
  if (auto opened = try_open(name, layout, least, claim)) return *std::move(opened);
  fail(ENOENT, name, "does not exist; create it first");
}

Segment open_or_create_segment(std::string_view name, std::uint64_t layout, std::size_t least,
                               std::size_t bytes, const MakeContents& make, const Claim& claim) {
  // Others may create and remove it between the two; not for ever.
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (auto opened = try_open(name, layout, least, claim)) return *std::move(opened);
    if (auto made = try_create(name, layout, bytes, make, claim)) return *std::move(made);
  }
  fail(EBUSY, name, "is created and removed all the time");
}

bool remove_segment(std::string_view name) {
  const std::string path = path_of(name);
  {
    // Not to wait for the other side of somebody's pipe.
    const File file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    if (!file.is_open()) {
      if (errno == ENOENT) return false;
      fail(errno, name, "cannot be removed");
    }
    struct stat facts {};
    check_file(file.fd(), name, facts);
    if (std::memcmp(read_header(file.fd(), name, facts).magic, kMagic, sizeof kMagic) != 0) {
      corrupted(name, "is not one of gilfree's, or half made");
    }
  }
  if (::unlink(path.c_str()) == 0) return true;
  if (errno == ENOENT) return false;
  fail(errno, name, "cannot be removed");
}

}  // namespace gilfree::detail
