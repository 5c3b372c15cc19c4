// Shared memory with a store buffer for each thread, the futex's queue of sleepers, and deaths.
//
// A model defines VARS, THREADS and ROOM (the entries of a store buffer) and includes this file. A thread
// has a variable `me`. Whether the memory is that of x86 or of ARM is chosen at the start:
//
//   x86   a store buffer commits its oldest entry first
//   ARM   it commits any entry, unless an older one is for the same variable or the entry is a release
//
// A load sees the thread's own latest entry first. Loads are not reordered: what needs an acquire is not
// shown by these models.

#ifndef BUG
#define BUG 0
#endif

typedef Buffer {
  byte length;
  byte variable[ROOM];
  byte value[ROOM];
  bool release[ROOM]
}
Buffer buffer[THREADS];
byte mem[VARS];
bool arm;
byte asleep[THREADS];  // 0: awake. Else 1 + the variable that the thread sleeps on
bool dead[THREADS];
bool a_death;
bool was_told[THREADS];  // has looked since that death

hidden byte k, at, uncounted;

#define IS_DRAINED (buffer[me].length == 0)
// No entry for `v`: what a read-modify-write without release needs on ARM.
#define HOLDS(i, v) (buffer[me].length > i && buffer[me].variable[i] == v)
#if ROOM == 2
#define HOLDS_NONE(v) (!HOLDS(0, v) && !HOLDS(1, v))
#elif ROOM == 3
#define HOLDS_NONE(v) (!HOLDS(0, v) && !HOLDS(1, v) && !HOLDS(2, v))
#else
#define HOLDS_NONE(v) (!HOLDS(0, v) && !HOLDS(1, v) && !HOLDS(2, v) && !HOLDS(3, v))
#endif
#define MAY_RELAX(v) (IS_DRAINED || (arm && HOLDS_NONE(v)))

// Adds 1 to `counter` in the same step.
inline append(v, x, is_release, counter) {
  d_step {
    buffer[me].length < ROOM;
    buffer[me].variable[buffer[me].length] = v;
    buffer[me].value[buffer[me].length] = x;
    buffer[me].release[buffer[me].length] = is_release;
    buffer[me].length++;
    counter = counter + 1
  }
}
inline store(v, x) { append(v, x, false, uncounted) }
inline store_release(v, x) { append(v, x, true, uncounted) }

inline load(v, r) {
  d_step {
    r = mem[v];
    k = 0;
    do
    :: k < buffer[me].length ->
       if
       :: buffer[me].variable[k] == v -> r = buffer[me].value[k]
       :: else
       fi;
       k++
    :: else -> break
    od;
    k = 0
  }
}

// seq_cst or release: the stores before it are committed first.
inline read_modify_write(v, x) { d_step { IS_DRAINED -> mem[v] = x } }
// relaxed or acquire: on ARM stores before it may be committed later.
inline read_modify_write_relaxed(v, x) { d_step { MAY_RELAX(v) -> mem[v] = x } }
// compare_exchange(acquire); `won` says whether.
inline compare_exchange(v, from, to, won) {
  d_step {
    MAY_RELAX(v);
    won = (mem[v] == from);
    if
    :: won -> mem[v] = to
    :: else
    fi
  }
}

// membarrier: each thread executes a barrier at some moment from now on, one after the other.
inline heavy_fence() {
  IS_DRAINED;
  buffer[0].length == 0;
  buffer[1].length == 0;
#if THREADS > 2
  buffer[2].length == 0;
#endif
#if THREADS > 3
  buffer[3].length == 0;
#endif
}

inline futex_wait(v, heard) {
  d_step {
    IS_DRAINED;
    if
    :: a_death && !was_told[me] -> was_told[me] = true
    :: else ->
       if
       :: mem[v] == heard -> asleep[me] = v + 1
       :: else
       fi
    fi
  }
  asleep[me] == 0;
}
#define SLEEPS(t, v) (asleep[t] == v + 1)
inline futex_wake_one(v) {
  atomic {
    IS_DRAINED;
    if
    :: SLEEPS(0, v) -> asleep[0] = 0
    :: SLEEPS(1, v) -> asleep[1] = 0
#if THREADS > 2
    :: SLEEPS(2, v) -> asleep[2] = 0
#endif
#if THREADS > 3
    :: SLEEPS(3, v) -> asleep[3] = 0
#endif
    :: else
    fi
  }
}
inline wake_all_sleepers(v) {
  d_step {
    k = 0;
    do
    :: k < THREADS ->
       if
       :: SLEEPS(k, v) -> asleep[k] = 0
       :: else
       fi;
       k++
    :: else -> break
    od;
    k = 0
  }
}
inline futex_wake_all(v) { IS_DRAINED; wake_all_sleepers(v) }

// The end of a thread that was killed: its stores become visible, then each other thread looks once
// more, by the word of the dead one or by its heartbeat (parker.h). Once only: a protocol that needs a
// second look ends in a hang here. One thread of a model may die.
inline die() {
  d_step {
    IS_DRAINED;
    dead[me] = true;
    a_death = true;
    asleep[me] = 0;
    k = 0;
    do
    :: k < THREADS -> was_told[k] = (asleep[k] != 0); asleep[k] = 0; k++
    :: else -> break
    od;
    k = 0
  }
}

// The store buffer of thread t.
proctype Commit(byte t) {
end:
  do
  :: atomic {
       buffer[t].length > 0;
       at = 0;
       do
       :: arm && at + 1 < buffer[t].length -> at++
       :: break
       od;
       d_step {
         k = 0;
         do
         :: k < at && buffer[t].variable[k] != buffer[t].variable[at] -> k++
         :: else -> break
         od;
         if
         :: k < at || (at > 0 && buffer[t].release[at])  // it must wait: nothing happens
         :: else ->
            mem[buffer[t].variable[at]] = buffer[t].value[at];
            buffer[t].length--;
            do
            :: k < buffer[t].length ->
               buffer[t].variable[k] = buffer[t].variable[k + 1];
               buffer[t].value[k] = buffer[t].value[k + 1];
               buffer[t].release[k] = buffer[t].release[k + 1];
               k++
            :: else -> break
            od;
            buffer[t].variable[k] = 0;
            buffer[t].value[k] = 0;
            buffer[t].release[k] = false
         fi;
         k = 0;
         at = 0
       }
     }
  od
}

inline choose_memory() {
  if
  :: arm = false
  :: arm = true
  fi
}
