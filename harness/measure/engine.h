// Single-threaded operation costs, by Google Benchmark.
#pragma once

#include <functional>

namespace harness {

class Measurement;

// Lets Google Benchmark loop `body` once per window, each for about the window's time; one Window
// each, with the mean cost as lat_mean_ns.
void run_engine(Measurement& control, const std::function<void()>& body);

}  // namespace harness
