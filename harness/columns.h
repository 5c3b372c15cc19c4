// The columns of samples.csv, in order. results/README.md documents the same list; a test compares.
#pragma once

#include <array>
#include <string_view>

namespace harness {

inline constexpr std::array kColumns = std::to_array<std::string_view>({
    "schema_version", "run_id", "case", "scenario", "family", "primitive", "metric_kind", "mode",
    "impl", "interpreter", "scope", "wait", "msg_bytes", "queue_depth", "producers", "consumers",
    "threads", "work_in_ns", "work_out_ns", "load_mode", "target_rate_per_s", "placement", "cpus",
    "side", "round", "launch", "repetition", "order_index", "seed", "ts_start_utc", "window_s",
    "warmup_s", "ops", "bytes", "ops_per_s", "bytes_per_s", "lat_min_ns", "lat_p50_ns",
    "lat_p90_ns", "lat_p99_ns", "lat_p999_ns", "lat_p9999_ns", "lat_max_ns", "lat_mean_ns", "lat_n",
    "svc_p50_ns", "svc_p99_ns", "svc_max_ns", "achieved_rate_per_s", "saturated", "fair_jain",
    "fair_min_share", "max_wait_ns", "cpu_user_s", "cpu_sys_s", "cpu_ns_per_op", "ctx_vol",
    "ctx_invol", "migrations", "minflt", "maxrss_bytes", "steal_frac", "throttled_us",
    "psi_cpu_some10", "freq_mhz", "instructions_per_op", "cycles_per_op", "cache_misses_per_op",
    "timer_cost_ns", "ref_ns", "status", "error", "verified", "checksum_ok",
});

}  // namespace harness
