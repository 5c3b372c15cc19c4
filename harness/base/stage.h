// What a launch is doing, for the row that it leaves if it never ends.
//
//   begin_stage("the mine program has not begun");   // error: still running after 20 s: the mine program ...
#pragma once

#include <string>

namespace harness {

// Says from now on through this descriptor what is begun, each a line {"stage": "..."}. Before, nothing is said.
void say_stages_to(int fd);

// Says what this process waits for or does from now on, in words that may follow "still running after 20 s: ".
void begin_stage(const std::string& what);

}  // namespace harness
