// KernelLock: at most one process of a machine has it. No file: nothing is left behind.
//
//   const KernelLock lock("gilfree-4f3c-n1");
//   if (!lock.is_ours()) ...   // another process has it
//
// It is an abstract Unix socket that is bound to the name (unix(7)). The kernel frees the name when the
// process ends, however it ends. Seen by the processes of one network namespace, as the jobs of a node are.
#pragma once

#include <string>

namespace harness {

class KernelLock {
 public:
  // Of a long name the end counts.
  explicit KernelLock(const std::string& name);
  ~KernelLock();
  KernelLock(const KernelLock&) = delete;
  KernelLock& operator=(const KernelLock&) = delete;

  // True also where the kernel refuses Unix sockets: then nothing is known of others.
  bool is_ours() const { return is_ours_; }

 private:
  int fd_;
  bool is_ours_;
};

}  // namespace harness
