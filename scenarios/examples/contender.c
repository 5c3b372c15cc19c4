/* A contender for --contender-program in C: pipe_vs_queue over a pair of pipes.
 *
 *   cc -std=c11 -O2 -o contender scenarios/examples/contender.c
 *   bench-all pipe_vs_queue --contender mine,pipe2 --contender-program mine=./contender
 *
 * The page harness/docs/contender-program.md describes what it is given and what it must do. */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { kWindows = 16, kBuckets = 2240 };
static const uint64_t kStop = UINT64_MAX, kLast = UINT64_MAX;

struct Shared {
  _Atomic uint64_t window; /* 0: warm-up; 1, 2, ...: that window is open; or kStop */
  uint64_t tally_bytes, parties, windows;
  char magic[8];
  uint64_t version, unused[2];
  struct {
    _Atomic uint64_t ops, bytes, errors;
    uint64_t leave_alone[5];
    _Atomic uint64_t latency[kWindows][kBuckets];
  } tally; /* of party 0 */
};

static void end(const char *word, const char *why) {
  printf("%s %s\n", word, why);
  exit(1);
}

/* For one writer: a load, an addition and a store. */
static void add(_Atomic uint64_t *counter, uint64_t n) {
  atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
                        memory_order_relaxed);
}

static uint64_t window_of(struct Shared *shared) {
  return atomic_load_explicit(&shared->window, memory_order_relaxed);
}

static void count(struct Shared *shared, size_t bytes, int is_right) {
  add(&shared->tally.bytes, bytes);
  add(&shared->tally.errors, !is_right);
  add(&shared->tally.ops, 1);
}

static unsigned bucket(uint64_t ns) {
  if (ns < 128) return (unsigned)ns;
  const unsigned shift = 57 - (unsigned)__builtin_clzll(ns);
  const uint64_t at = 64 * (uint64_t)shift + (ns >> shift);
  return at < kBuckets ? (unsigned)at : kBuckets - 1;
}

static void record(struct Shared *shared, uint64_t ns) {
  const uint64_t window = window_of(shared);
  if (window > 0 && window <= kWindows) add(&shared->tally.latency[window - 1][bucket(ns)], 1);
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* A message has its number at its beginning and, from 16 bytes on, at its end. */
static void send_to(int fd, char *message, size_t bytes, uint64_t number) {
  memcpy(message, &number, sizeof number);
  if (bytes >= 16) memcpy(message + bytes - sizeof number, &number, sizeof number);
  for (size_t done = 0; done < bytes;) {
    const ssize_t n = write(fd, message + done, bytes - done);
    if (n <= 0) end("error", "write failed");
    done += (size_t)n;
  }
}

/* Returns whether both ends of the message have its number. */
static int receive_from(int fd, char *message, size_t bytes, uint64_t *number) {
  for (size_t done = 0; done < bytes;) {
    const ssize_t n = read(fd, message + done, bytes - done);
    if (n <= 0) end("error", "read failed");
    done += (size_t)n;
  }
  memcpy(number, message, sizeof *number);
  return bytes < 16 || memcmp(message + bytes - sizeof *number, number, sizeof *number) == 0;
}

static void stay_on(const char *cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(atoi(cpu), &set);
  sched_setaffinity(0, sizeof set, &set);
}

int main(int argc, char **argv) {
  if (argc != 7 || strcmp(argv[2], "pipe_vs_queue") != 0) {
    end("skipped", "this program answers pipe_vs_queue alone");
  }
  struct stat facts;
  const int fd = atoi(argv[1]);
  if (fstat(fd, &facts) != 0) end("error", "the tally's descriptor is not open");
  struct Shared *shared =
      mmap(NULL, (size_t)facts.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (shared == MAP_FAILED || memcmp(shared->magic, "glftally", 8) != 0 || shared->version != 1) {
    end("error", "this program knows version 1 of the tally alone");
  }
  const int is_stream = strcmp(argv[3], "throughput") == 0;
  const size_t bytes = strtoul(argv[4], NULL, 10);
  char *message = calloc(1, bytes);
  int there[2], back[2];
  if (message == NULL || pipe(there) != 0 || pipe(back) != 0) end("error", "out of resources");

  uint64_t number = 0, got = 0;
  const pid_t child = fork();
  if (child == 0) { /* the producer, or the server */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    stay_on(argv[6]);
    while (is_stream && window_of(shared) != kStop) send_to(back[1], message, bytes, number++);
    if (is_stream) send_to(back[1], message, bytes, kLast);
    while (!is_stream) {
      receive_from(there[0], message, bytes, &got);
      if (got == kLast) break;
      send_to(back[1], message, bytes, got);
    }
    _exit(0);
  }
  stay_on(argv[5]);
  if (write(STDOUT_FILENO, "r", 1) != 1) return 1; /* the windows may open */
  while (is_stream) {
    const int is_whole = receive_from(back[0], message, bytes, &got);
    if (got == kLast) break;
    count(shared, bytes, is_whole && got == number++);
  }
  for (; !is_stream && window_of(shared) != kStop; ++number) {
    const uint64_t before = now();
    send_to(there[1], message, bytes, number);
    const int is_whole = receive_from(back[0], message, bytes, &got);
    record(shared, now() - before);
    count(shared, bytes, is_whole && got == number);
  }
  if (!is_stream) send_to(there[1], message, bytes, kLast);
  waitpid(child, NULL, 0);
  printf("primitive pipe\nwait block\nverified 1\n");
  return 0;
}
