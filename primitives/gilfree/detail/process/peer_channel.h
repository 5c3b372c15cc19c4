// PeerChannel: one end of a connection between two processes. Neither waits for the other longer than that
// lives, also if further processes hold the other end.
//
//   while (peer.receive(&request, sizeof request)) ... peer.send(&answer, sizeof answer) ...
#pragma once

#include <cstddef>

namespace gilfree::detail {

class PeerChannel {
 public:
  // Owns both: the socket, and the pidfd of the process at the other end.
  PeerChannel(int socket, int pidfd) : socket_(socket), pidfd_(pidfd) {}
  PeerChannel(const PeerChannel&) = delete;
  PeerChannel& operator=(const PeerChannel&) = delete;
  ~PeerChannel() { close(); }

  // All of it; false if the other process has ended. What that had sent can still be received.
  bool send(const void* bytes, std::size_t count);
  bool receive(void* bytes, std::size_t count);
  void close();
  // The other process finds the connection at its end, whichever processes hold its descriptors.
  void hang_up();

 private:
  bool await(short event);

  int socket_, pidfd_;
};

}  // namespace gilfree::detail
