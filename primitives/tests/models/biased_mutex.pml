// BiasedMutex: one holder at a time, whichever way it came in, and a revocation that ends.
//
// models lock/biased_mutex.h: BiasedMutex::lock_until, BiasedMutex::unlock, BiasedMutex::enter_biased, BiasedMutex::leave_biased, BiasedMutex::lock_mutex, BiasedMutex::begin_revocation, BiasedMutex::finish_revocation, BiasedMutex::consider_bias
//
// Thread 0 is the bias owner at the start and may be killed at any step; both threads share one word of
// inside_, as two OwnerIds may that differ by kWords, and lock ROUNDS times each. A lock may make its owner
// the bias owner. The inner Mutex is one word here (mutex.pml has the rest), the event count left_ a flag
// and a sleep (event_count.pml). A revocation may come too late, and the next lock goes on with it.
//
// bug 1: finish_revocation() makes no fence
// bug 2: a word of inside_ is given away though a store to it may be under way
// bug 3: a lock that comes too late loses the owner of the bias it has revoked
// bug 4: leave_biased() loads the bias before it stores that it is outside
// bug 5: the next owner after a dead bias owner does not get kAbandoned

#define MUTEX 0
#define BIAS 1
#define INSIDE 2
#define LEFT 3
#define X 4
#define Y 5
#define VARS 6
#define THREADS 2
#define ROOM 4
#include "memory.pml"

#ifndef ROUNDS
#define ROUNDS 2
#endif

bool killed, is_inside[THREADS], abandoned;
byte ended, bias_owner, revoked, former;

inline enter() {
  d_step {
    assert(!is_inside[1 - me] || dead[1 - me]);
    is_inside[me] = true
  }
}

// The bias owner's path. At its end `held` says whether it is inside.
inline lock_biased() {
  load(BIAS, bias);
  if
  :: bias == me + 1 ->
     store(INSIDE, me + 1);
     load(BIAS, bias);
     if
     :: bias == me + 1 -> held = true; by_bias = true; enter()
     :: else -> leave_biased()
     fi
  :: else
  fi;
  bias = 0
}
inline leave_biased() {
#if BUG == 4
  load(BIAS, bias);
  store_release(INSIDE, 0);
#else
  store_release(INSIDE, 0);
  load(BIAS, bias);
#endif
  if
  :: bias != me + 1 -> notify_left()
  :: else
  fi;
  bias = 0
}
inline notify_left() {
  load(LEFT, bias);
  if
  :: bias != 0 -> read_modify_write(LEFT, 0); wake_all_sleepers(LEFT)
  :: else
  fi
}

inline lock_inner() {
  d_step {
    MAY_RELAX(MUTEX) && (mem[MUTEX] == 0 || (mem[MUTEX] == 1 && dead[0] && me == 1));
    was_abandoned = (mem[MUTEX] != 0);
    mem[MUTEX] = me + 1
  }
}
inline unlock_inner() { store_release(MUTEX, 0) }

inline lock_mutex() {
  lock_inner();
  if
  :: former == me + 1 -> former = 0
  :: else
  fi;
  load(BIAS, bias);
  if
  :: bias != 0 ->
     revoked = bias_owner;
     store_release(BIAS, 0)
  :: else
  fi;
  bias = 0;
  if
  :: was_abandoned -> abandoned = true; was_abandoned = false
  :: else
  fi;
  held = true;
  if
  :: revoked != 0 -> finish_revocation()
  :: else
  fi;
  if
  :: held -> consider_bias(); enter()
  :: else -> unlock_inner()
  fi
}
inline finish_revocation() {
  if
  :: revoked != me + 1 ->
#if BUG != 1
     heavy_fence();
#endif
     load(INSIDE, word);
     if
     :: word != 0 && !dead[revoked - 1] -> wait_until_left()
     :: else
     fi;
     load(INSIDE, word);
     if
     :: held && word != 0 ->
#if BUG != 5
        abandoned = true;
#endif
        store_release(INSIDE, 0)
     :: else
     fi;
     word = 0
  :: else
  fi;
  if
  :: held || BUG == 3 -> revoked = 0
  :: else
  fi
}
// Until the former bias owner is outside or dead, or it is too late.
inline wait_until_left() {
  do
  :: read_modify_write(LEFT, 1);
     heavy_fence();
     load(INSIDE, word);
     if
     :: word == 0 || dead[revoked - 1] -> break
     :: else -> futex_wait(LEFT, 1)
     fi
  :: me == 1 && !was_late -> was_late = true; held = false; break
  od
}
inline consider_bias() {
  if
  :: bias_owner = bias_owner  // too few locks in a row
  :: (BUG == 2 || former == 0 || former == me + 1 || (former == 1 && dead[0])) ->
     former = me + 1;
     bias_owner = me + 1;
     store_release(BIAS, me + 1)
  fi
}

inline unlock() {
  is_inside[me] = false;
  load(INSIDE, word);
  if
  :: word == me + 1 -> word = 0; leave_biased()
  :: else -> word = 0; unlock_inner()
  fi;
  by_bias = false;
  held = false
}

inline repair() {
  if
  :: abandoned && !by_bias ->
     abandoned = false;
     y = x;
     store(Y, y)
  :: else
  fi
}

proctype Thread(byte me) {
  byte bias, word, round, x, y;
  bool held, by_bias, was_abandoned, was_late;
  {
    do
    :: round < ROUNDS ->
       lock_biased();
       do
       :: held -> break
       :: else -> lock_mutex()
       od;
       load(X, x);
       load(Y, y);
       repair();
       assert(x == y);
       store(X, x + 1);
       store(Y, x + 1);
       d_step { x = 0; y = 0 }
       unlock();
       round++
    :: else -> break
    od
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
    mem[BIAS] = 1; bias_owner = 1; former = 1;
    run Thread(0); run Thread(1); run Commit(0); run Commit(1)
  }
  if
  :: killed = true
  :: skip
  fi;
  ended == 2 && buffer[0].length == 0 && buffer[1].length == 0;
  assert(killed || mem[Y] == 2 * ROUNDS)
}
