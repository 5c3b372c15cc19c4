// EventCount: no waiter sleeps beside something that was published.
//
// models wait/event_count.h: EventCount::notify_one, EventCount::notify_one_slow, EventCount::sleep, EventCount::wake
// models wait/waiter_flag.h: WaiterFlag::set, WaiterFlag::set_again, WaiterFlag::is_set, WaiterFlag::clear
//
// Thread 0 publishes two items, each followed by notify_one(). Threads 1 and 2 take one item each; one
// that slept and leaves an item behind notifies the next (owed_wake_up.h). With and without kStrong. A
// waiter that sleeps for ever is an invalid end state. Deaths are in mutex.pml.
//
// bug 1: set() makes no fence for the notifier
// bug 2: clear() reads the count before it clears the flag
// bug 3: a wake-up does not increment the epoch
// bug 4: a woken waiter does not set the flag again for the others

#define PUBLISHED 0
#define TAKEN 1
#define FLAG 2
#define WAITERS 3
#define EPOCH 4
#define VARS 5
#define THREADS 3
#define ROOM 2
#include "memory.pml"
#define EVENT_COUNT_BUG BUG
#include "event_count_steps.pml"

byte ended;

inline ready(r) {
  d_step { r = (mem[PUBLISHED] > mem[TAKEN]) }  // waiters have nothing in their store buffers
}

proctype Publisher() {
  byte me = 0, flag, waiters;
  store_release(PUBLISHED, 1);
  notify_one();
  store_release(PUBLISHED, 2);
  notify_one()
}

proctype Waiter(byte me) {
  byte flag, waiters, heard;
  bool is_ready, won, has_slept;
  do
  :: ready(is_ready);
     if
     :: is_ready
     :: else -> sleep(); has_slept = true
     fi;
     is_ready = false;
     d_step {  // under a lock
       won = mem[PUBLISHED] > mem[TAKEN];
       mem[TAKEN] = mem[TAKEN] + won
     }
     if
     :: won -> break
     :: else
     fi
  od;
  ready(is_ready);
  if
  :: has_slept && is_ready -> notify_one()
  :: else
  fi;
  ended++
}

init {
  atomic {
    choose_memory();
    choose_strength();
    run Publisher(); run Waiter(1); run Waiter(2); run Commit(0)
  }
  ended == 2;
  assert(mem[TAKEN] == 2)
}
