#include "gilfree/detail/memory/segment.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "gilfree/detail/base/futex.h"
#include "gilfree/detail/identity/owner_id.h"
#include "gilfree/detail/memory/file_pages.h"
#include "gilfree/detail/memory/mapping.h"
#include "gilfree/detail/memory/segment_header.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23  // Linux 5.14
#endif

namespace gilfree::detail {
namespace {

// Touched at creation, since the first touch of a page costs more than a message.
constexpr std::size_t kTouched = std::size_t{4} << 20;

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

std::shared_ptr<void> map(int fd, std::string_view name, std::size_t bytes) {
  auto whole = map_shared(fd, kHeaderBytes + bytes, "gilfree: '" + std::string(name) + "'");
  ::madvise(whole.get(), kHeaderBytes + bytes, MADV_DONTDUMP);
  void* contents = static_cast<std::byte*>(whole.get()) + kHeaderBytes;
  return {std::move(whole), contents};
}

bool is_member_of(gid_t group) {
  if (group == ::getegid()) return true;
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(0, ::getgroups(0, nullptr))));
  const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
  return count > 0 && std::find(groups.begin(), groups.begin() + count, group) != groups.end();
}

// Throws unless the file is this user's alone or, where the thread asked for that, its group's.
void check_owner(const struct stat& facts, std::string_view name) {
  const bool group = access_of_this_thread().group;
  const mode_t others = facts.st_mode & 077;
  if (group && others == 060 && facts.st_nlink == 1 && is_member_of(facts.st_gid)) return;
  if (facts.st_uid != ::geteuid()) {
    fail(EACCES, name, "belongs to user " + std::to_string(facts.st_uid) + "; choose another name");
  }
  if (others == 060 && facts.st_nlink == 1 && !group) {
    fail(EACCES, name, "is shared with a group; use it within a gilfree::GroupAccess");
  }
  if (others != 0 || facts.st_nlink != 1) {
    fail(EACCES, name, "is open to others (mode or links); it is not trusted: remove it");
  }
}

// Throws unless the file may be used. False if it has lost its name meanwhile.
bool check_file(int fd, std::string_view name, struct stat& facts) {
  struct statfs system {};
  if (::fstat(fd, &facts) != 0 || ::fstatfs(fd, &system) != 0) fail(errno, name, "cannot be read");
  if (!S_ISREG(facts.st_mode) || system.f_type != TMPFS_MAGIC) {
    refuse_segment(name, "is not shared memory");
  }
  if (facts.st_nlink == 0) return false;
  check_owner(facts, name);
  return true;
}

SegmentHeader read_header(int fd, std::string_view name, const struct stat& facts) {
  SegmentHeader header;
  if (facts.st_size < static_cast<off_t>(kHeaderBytes) ||
      ::pread(fd, &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) {
    refuse_segment(name, "is not an object of gilfree, or incomplete");
  }
  return header;
}

// The death of an unrelated process is seen in /proc alone.
void require_proc(std::string_view name) {
  if (proc_is_usable()) return;
  fail(EOPNOTSUPP, name,
       "cannot be shared with other programs: /proc is not mounted or is that of another pid "
       "namespace, so their deaths could not be seen; mount it");
}

// Never waits: not for the other side of a fifo, and not for a process that has a lease on the file.
// Not open, with errno, if there is no such file.
int open_file(std::string_view name, int mode, const char* problem) {
  const int fd = ::open(path_of(name).c_str(), mode | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0 || errno == ENOENT) return fd;
  if (errno == EWOULDBLOCK) {
    fail(errno, name,
         "is leased by another process (fcntl(2), F_SETLEASE); end that and try again");
  }
  fail(errno, name, problem);
}

// Nothing if there is no such file.
std::optional<Segment> try_open(std::string_view name, std::uint64_t layout, std::size_t least,
                                const Claim& claim, std::size_t on_demand) {
  const File file(open_file(name, O_RDWR, "cannot be opened; choose another name"));
  if (!file.is_open()) return std::nullopt;
  struct stat facts {};
  if (!check_file(file.fd(), name, facts)) return std::nullopt;
  const SegmentHeader header = read_header(file.fd(), name, facts);
  check_header(header, name, layout, least, static_cast<std::size_t>(facts.st_size));
  require_proc(name);
  if (const int error = fill_holes(file.fd(), facts, on_demand); error == ENOSPC) {
    refuse_segment(name, "has holes, for which /dev/shm has no memory");
  } else if (error != 0) {
    fail(error, name, "has holes that cannot be filled");
  }
  Segment segment{map(file.fd(), name, header.bytes), header.bytes};
  if (claim) claim(segment.memory.get(), file.fd());
  return segment;
}

// A larger file would be a SIGXFSZ.
void check_file_size_limit(std::string_view name, std::size_t size) {
  rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  if (size <= limit.rlim_cur) return;
  fail(EFBIG, name,
       "needs a file of " + limit_text(size) + ", and files are limited to " +
           limit_text(limit.rlim_cur) + " (RLIMIT_FSIZE, ulimit -f)");
}

int make_file(std::string_view name) {
  const int fd = ::open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) return fd;
  if (errno == EOPNOTSUPP || errno == EISDIR)
    fail(errno, name, "needs a tmpfs at /dev/shm; mount one");
  fail(errno, name, "cannot be made in /dev/shm; is a tmpfs mounted there?");
}

void set_access(int fd, std::string_view name) {
  const Access access = access_of_this_thread();
  if (access.group && ::fchown(fd, static_cast<uid_t>(-1), access.id) != 0) {
    fail(errno, name, "cannot be given to group " + std::to_string(access.id));
  }
  if (::fchmod(fd, access.group ? 0660 : 0600) != 0) fail(errno, name, "cannot be given its mode");
}

// Gives the file its size, and memory to its first `now` bytes.
void allocate(int fd, std::string_view name, std::size_t size, std::size_t now) {
  check_file_size_limit(name, size);
  int error = ::ftruncate(fd, static_cast<off_t>(size)) == 0 ? 0 : errno;
  if (error == 0) error = give_pages(fd, now);
  if (error == 0) return;
  fail(error, name, "needs " + limit_text(now) + " of /dev/shm; remove what is not needed there");
}

// Nothing if there is one already.
std::optional<Segment> try_create(std::string_view name, std::uint64_t layout, std::size_t bytes,
                                  const MakeContents& make, const Claim& claim,
                                  std::size_t on_demand) {
  const std::string path = path_of(name);
  require_proc(name);
  const File file(make_file(name));
  struct statfs system {};
  if (::fstatfs(file.fd(), &system) != 0 || system.f_type != TMPFS_MAGIC) {
    fail(EOPNOTSUPP, name, "cannot be made: /dev/shm is not a tmpfs; mount one there");
  }
  set_access(file.fd(), name);
  allocate(file.fd(), name, kHeaderBytes + bytes, kHeaderBytes + bytes - on_demand);
  Segment segment{map(file.fd(), name, bytes), bytes};
  {
    const MakingNamedObject making;
    make(segment.memory.get());
  }
  if (claim) claim(segment.memory.get(), file.fd());
  const SegmentHeader header = header_for(layout, bytes);
  std::memcpy(static_cast<std::byte*>(segment.memory.get()) - kHeaderBytes, &header, sizeof header);
  const std::string unnamed = "/proc/self/fd/" + std::to_string(file.fd());
  if (::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    if (errno == EEXIST) return std::nullopt;
    fail(errno, name, "cannot be given its name in /dev/shm");
  }
  return segment;
}

}  // namespace

Access& access_of_this_thread() {
  thread_local Access access;
  return access;
}

std::uint64_t layout_hash(const TypeLayout& state, const TypeLayout& element) {
  std::uint64_t hash = fnv1a(nullptr, 0);
  for (const TypeLayout& type : {state, element}) {
    const std::uint64_t numbers[] = {type.size, type.alignment, type.version};
    hash = fnv1a(numbers, sizeof numbers, fnv1a(type.name, std::strlen(type.name) + 1, hash));
  }
  return hash;
}

std::shared_ptr<void> anonymous_segment(std::size_t bytes, std::size_t on_demand) {
  auto memory = map_shared(kNoFile, bytes, "gilfree: shared memory", on_demand);
  ::madvise(memory.get(), std::min(bytes, kTouched), MADV_POPULATE_WRITE);  // best effort
  return memory;
}

Segment create_segment(std::string_view name, std::uint64_t layout, std::size_t bytes,
                       const MakeContents& make, const Claim& claim, std::size_t on_demand) {
  if (auto made = try_create(name, layout, bytes, make, claim, on_demand)) return *std::move(made);
  fail(EEXIST, name, "exists; open it, remove it, or choose another name");
}

Segment open_segment(std::string_view name, std::uint64_t layout, std::size_t least,
                     const Claim& claim, std::size_t on_demand) {
  if (auto opened = try_open(name, layout, least, claim, on_demand)) return *std::move(opened);
  fail(ENOENT, name, "does not exist; create it first");
}

Segment open_or_create_segment(std::string_view name, std::uint64_t layout, std::size_t least,
                               std::size_t bytes, const MakeContents& make, const Claim& claim,
                               std::size_t on_demand) {
  // Others may create and remove it between the two; not without end.
  for (int attempt = 0; attempt < 1000; ++attempt) {
    if (auto opened = try_open(name, layout, least, claim, on_demand)) return *std::move(opened);
    if (auto made = try_create(name, layout, bytes, make, claim, on_demand)) {
      return *std::move(made);
    }
  }
  fail(EBUSY, name, "is created and removed all the time");
}

bool remove_segment(std::string_view name) {
  {
    const File file(open_file(name, O_RDONLY, "cannot be removed"));
    struct stat facts {};
    if (!file.is_open() || !check_file(file.fd(), name, facts)) return false;
    if (!is_header(read_header(file.fd(), name, facts))) {
      refuse_segment(name, "is not an object of gilfree, or incomplete");
    }
  }
  if (::unlink(path_of(name).c_str()) == 0) return true;
  if (errno == ENOENT) return false;
  fail(errno, name, "cannot be removed");
}

}  // namespace gilfree::detail
