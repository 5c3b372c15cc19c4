// UnfinishedTasks: join() returns when all is done, and not before; what a dead consumer took ends it too.
//
// models queue/unfinished_tasks.h: UnfinishedTasks::repair, UnfinishedTasks::mark_done, UnfinishedTasks::is_drained, UnfinishedTasks::only_dead_consumers_owe, UnfinishedTasks::forfeit, UnfinishedTasks::intend, UnfinishedTasks::apply
// models queue/ring.h: Ring::read
// models joinable_queue.h: JoinableQueue::is_settled, JoinableQueue::is_hopeless, JoinableQueue::join_till, JoinableQueue::task_done
//
// A consumer is a process: only its death loses a task, and the lock orders its threads. Here each has one.
// Two items are in the queue. Consumers 0 and 1 take one each and call task_done(); consumer 0 may be
// killed at any step; if that happens in time, consumer 1 takes the item that is left. If it may not,
// consumer 1 may leave its task_done() to thread 2, which calls it at any time: also before the item was
// taken. Thread 2 then joins. The consumers' lock is one word (mutex.pml).
//
// bug 1: there is no intent: a repair cannot know what the dead consumer took
// bug 2: the sum is raised after the head was committed
// bug 3: a repair applies an intent whose items are still in the queue
// bug 4: join() reads the sum before the size of the queue
// bug 5: join() takes a living consumer for a dead one, as where it asked after the thread and not the process
// bug 6: the sum leaves out what an early task_done() has paid, as it did until this model was made

#define LOCK 0
#define HEAD 1
#define OWED 2
#define EARLY 3
#define ENTRY(t) (4 + t)
#define IS_MEANT 6
#define VARS 7
#define THREADS 3
#define ROOM 4
#define TAIL 2
#include "memory.pml"

bool killed, by_another;
byte ended;
byte done, lost;  // what happened: items done, items that join() has reported as lost
byte intent_entry, intent_owed, intent_early, intent_head;  // guarded by the lock, published by IS_MEANT

inline lock() {
  d_step {
    MAY_RELAX(LOCK) && (mem[LOCK] == 0 || (mem[LOCK] == 1 && dead[0] && me != 0));
    was_abandoned = (mem[LOCK] != 0);
    mem[LOCK] = me + 1
  }
  if
  :: was_abandoned -> was_abandoned = false; repair()
  :: else
  fi
}
inline unlock() { store_release(LOCK, 0) }

inline apply() {
  load(EARLY, a);
  a = a - intent_early;  // paid
  store(ENTRY(intent_entry), intent_owed);
  store(EARLY, intent_early);
  store_release(IS_MEANT, 0);
#if BUG != 6
  if
  :: a != 0 -> load(OWED, b); store_release(OWED, b - a)
  :: else
  fi;
#endif
  d_step { a = 0; b = 0 }
}
inline repair() {
  load(IS_MEANT, a);
  if
  :: a != 0 ->
     load(HEAD, b);
     if
     :: intent_head == b || BUG == 3 -> apply()
     :: else -> store(IS_MEANT, 0)
     fi
  :: else
  fi;
  load(ENTRY(0), a);
  load(ENTRY(1), b);
  store_release(OWED, a + b);
  d_step { a = 0; b = 0 }
}

// read(): before(), the commit of the head, after().
inline take() {
  lock();
  load(EARLY, a);
  a = (a > 0 -> 1 : 0);  // paid
  load(ENTRY(me), b);
  load(HEAD, c);
  d_step { intent_entry = me; intent_owed = b + 1 - a; intent_head = c + 1 }
  load(EARLY, b);
  intent_early = b - a;
#if BUG != 1
  store_release(IS_MEANT, 1);
#endif
  load(OWED, b);
#if BUG == 2
  store_release(HEAD, c + 1);
  store_release(OWED, b + 1);
#elif BUG == 6
  store_release(OWED, b + 1 - a);
  store_release(HEAD, c + 1);
#else
  store_release(OWED, b + 1);
  store_release(HEAD, c + 1);
#endif
  d_step { a = 0; b = 0; c = 0 }
  apply();
  unlock()
}

inline take_off(t) {
  load(ENTRY(t), b);
  append(ENTRY(t), b - 1, false, done);  // commit
  load(OWED, b);
  store_release(OWED, b - 1)
}
inline task_done() {
  lock();
  load(ENTRY(me % 2), a);
  load(ENTRY((me + 1) % 2), c);
  if
  :: a > 0 -> take_off(me % 2)
  :: a == 0 && c > 0 -> take_off((me + 1) % 2)
  :: a == 0 && c == 0 ->
     load(EARLY, b);
     append(EARLY, b + 1, true, done)
  fi;
  d_step { a = 0; b = 0; c = 0 }
  unlock()
}

proctype Consumer(byte me) {
  byte a, b, c;
  bool was_abandoned;
  {
    take();
    if
    :: me == 1 && by_another
    :: else -> task_done()
    fi;
    if
    :: me == 1 && killed ->
       dead[0] || ended > 0;
       load(HEAD, a);
       if
       :: a != TAIL -> a = 0; take(); task_done()
       :: else -> a = 0
       fi
    :: else
    fi
  } unless { me == 0 && killed };
  if
  :: me == 0 && killed -> die()
  :: else
  fi;
  ended++
}

// waiting: the size of the queue.
inline is_settled(r) {
#if BUG == 4
  load(OWED, b);
  load(HEAD, a);
#else
  load(HEAD, a);
  load(OWED, b);
#endif
  load(EARLY, c);
  r = (b == 0 && c >= TAIL - a);
  d_step { a = 0; b = 0; c = 0 }
}
inline is_hopeless(r) {
  load(HEAD, a);
  load(ENTRY(0), b);
  load(ENTRY(1), c);
  r = (a == TAIL && (b == 0 || dead[0] || BUG == 5) && c == 0);
  d_step { a = 0; b = 0; c = 0 }
}

inline forfeit() {
  load(ENTRY(0), a);
  if
  :: a != 0 && (dead[0] || BUG == 5) ->
     lost = lost + a;
     store(ENTRY(0), 0);
     load(OWED, b);
     store_release(OWED, b - a)
  :: else
  fi;
  d_step { a = 0; b = 0 }
}

proctype Joiner(byte me) {
  byte a, b, c;
  bool was_abandoned, is_true;
  if
  :: by_another -> task_done()
  :: else
  fi;
  do
  :: is_settled(is_true);
     if
     :: is_true -> break
     :: else -> is_hopeless(is_true)
     fi;
     if
     :: is_true ->
        lock();
        is_hopeless(is_true);
        if
        :: is_true -> forfeit()
        :: else
        fi;
        unlock()
     :: else -> ended == 2  // sleeps until there is something else to see
     fi;
     is_true = false
  od;
  assert(done + lost == TAIL && (lost == 0 || dead[0]));
  ended++
}
init {
  atomic {
    choose_memory();
    if
    :: by_another = true
    :: by_another = false
    fi;
    run Consumer(0); run Consumer(1); run Joiner(2); run Commit(0); run Commit(1); run Commit(2)
  }
  if
  :: !by_another -> killed = true
  :: skip
  fi;
  ended == 3
}
