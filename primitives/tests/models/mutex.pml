// Mutex: one owner at a time, and the death of an owner hands it over, with a repair.
//
// models lock/mutex.h: Mutex::lock_until, Mutex::unlock, Mutex::take_over, Mutex::try_now, Mutex::lock_slow, Mutex::unlock_slow
// models wait/event_count.h: EventCount::sleep, EventCount::notify_one_slow
//
// Each of threads 0 and 1 locks it once, makes X and Y one greater, and unlocks; thread 0 may be killed at
// any step. The next owner after a dead one makes Y equal to X. Starving waiters only change the timing.
//
// bug 1: the death of the owner is not asked for before a sleep
// bug 2: the next owner does not repair
// bug 3: unlock() looks at the waiter flag before it stores the word
// bug 4: unlock() stores the word without release (ARM)
// bug 5: set() makes no fence for the unlocking thread

#define OWNER 0
#define FLAG 1
#define WAITERS 2
#define EPOCH 3
#define X 4
#define Y 5
#define VARS 6
#define THREADS 2
#define ROOM 3
#include "memory.pml"
#if BUG == 5
#define EVENT_COUNT_BUG 1
#else
#define EVENT_COUNT_BUG 0
#endif
#include "event_count_steps.pml"

bool killed, is_inside[THREADS];
byte ended;

#define kTooLate 0
#define kCleanly 1
#define kAbandoned 2

// hopeless() is asked before each sleep.
inline ready(r) {
  d_step {
    r = (mem[OWNER] == 0);
#if BUG != 1
    r = r || (mem[OWNER] == 1 && dead[0])
#endif
  }
}

inline take_over(from, how) {
  d_step {
    MAY_RELAX(OWNER);
    if
    :: mem[OWNER] == from ->
       mem[OWNER] = me + 1;
       locked = how;
       assert(!is_inside[1 - me] || dead[1 - me]);
       is_inside[me] = true
    :: else
    fi
  }
}

inline try_now() {
  load(OWNER, owner);
  if
  :: owner == 0 -> take_over(0, kCleanly)
  :: owner == 1 && dead[0] -> take_over(1, kAbandoned)
  :: else
  fi;
  owner = 0
}

inline lock() {
  take_over(0, kCleanly);
  do
  :: locked != kTooLate -> break
  :: else ->
     try_now();
     if
     :: locked == kTooLate ->
        ready(is_ready);
        if
        :: is_ready
        :: else -> sleep()
        fi;
        is_ready = false
     :: else
     fi
  od
}

inline unlock() {
  is_inside[me] = false;
#if BUG == 3
  load(FLAG, flag);
  store_release(OWNER, 0);
#else
#if BUG == 4
  store(OWNER, 0);
#else
  store_release(OWNER, 0);
#endif
  load(FLAG, flag);
#endif
  if
  :: flag != 0 -> notify_one()
  :: else
  fi;
  flag = 0
}

proctype Thread(byte me) {
  byte flag, waiters, heard, owner, locked, x, y;
  bool is_ready;
  {
    lock();
    load(X, x);
    load(Y, y);
#if BUG != 2
    if
    :: locked == kAbandoned -> y = x; store(Y, y)
    :: else
    fi;
#endif
    assert(x == y);
    store(X, x + 1);
    store(Y, x + 1);
    unlock()
  } unless { me == 0 && killed };
  if
  :: me == 0 && killed -> die()
  :: else
  fi;
  ended++
}

init {
  byte me = 1;
  atomic {
    choose_memory();
    choose_strength();
    run Thread(0); run Thread(1); run Commit(0); run Commit(1)
  }
  if
  :: killed = true
  :: skip
  fi;
  ended == 2 && buffer[0].length == 0 && buffer[1].length == 0;
  assert(mem[Y] == 2 || (killed && mem[Y] >= 1))
}
