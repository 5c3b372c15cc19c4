// A named pipe (FIFO), unlinked as soon as both ends are open.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "scenarios/producer_consumer.h"
#include "scenarios/support/stream.h"
#include "scenarios/support/unique_name.h"

namespace scenarios {
namespace {

class Fifo : public PipeStream {
 public:
  static constexpr Facts kFacts{.name = "fifo",
                                .label = "named pipe (FIFO)",
                                .family = "pipe",
                                .primitive = "pipe",
                                .wait = "block"};

  explicit Fifo(std::size_t bytes) : PipeStream(bytes) {
    const std::string path = std::filesystem::temp_directory_path() / unique_name();
    if (::mkfifo(path.c_str(), 0600) != 0) cannot("mkfifo " + path);
    in_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);  // so that neither open waits for the other
    out_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    const int error = errno;
    ::unlink(path.c_str());
    if (in_ < 0 || out_ < 0) cannot("open " + path, error);
  }
};

const Registration registered[] = {
    add_channel<Fifo>(),
    add_channel_as_queue<Fifo, true>(),
};

}  // namespace
}  // namespace scenarios
