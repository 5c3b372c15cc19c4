// The tutorial's Pipe: each process closes the end that it does not use, so that the child's recv()
// comes to the end of the file once the parent has closed its own.

#include <iostream>

#include <gilfree/multiprocessing.h>

namespace mp = gilfree::multiprocessing;

int main() {
  auto [out_pipe, in_pipe] = mp::Pipe<int>();
  mp::Process son([&out_pipe = out_pipe, &in_pipe = in_pipe] {
    in_pipe.close();
    try {
      while (true) std::cout << out_pipe.recv() << '\n';
    } catch (const mp::EndOfFile&) {
    }
  });
  son.start();

  out_pipe.close();
  for (int x = 0; x < 1000; ++x) in_pipe.send(x);
  in_pipe.close();
  son.join();
  std::cout << "the main process has ended too\n";
}
