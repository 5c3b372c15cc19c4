#include "gilfree/detail/memory/byte_range_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace gilfree::detail {
namespace {

struct flock whole_of(int byte) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  return lock;
}

}  // namespace

int lock_byte(int file, int byte) {
  // Not dup(), which shares the description: a mapping keeps that one alive, and its locks with it.
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  const int hold = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  struct flock lock = whole_of(byte);
  if (hold >= 0 && ::fcntl(hold, F_OFD_SETLK, &lock) == 0) return hold;
  const int error = errno;
  if (hold >= 0) ::close(hold);
  if (hold >= 0 && (error == EAGAIN || error == EACCES)) return -1;
  throw std::system_error(error, std::generic_category(),
                          "gilfree::Pipe: an end by name needs a file descriptor and locks");
}

bool others_lock_byte(int hold, int byte) {
  struct flock lock = whole_of(byte);
  return ::fcntl(hold, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace gilfree::detail
