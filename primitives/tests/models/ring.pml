// Ring: an item has moved or it has not, never torn and never twice, whichever side is killed, at any step.
//
// models queue/ring.h: Ring::has_room, Ring::write, Ring::write_fast, Ring::has_item, Ring::read, Ring::look_for_room, Ring::look_for_item, Ring::commit
//
// A ring of two items of two words each. One producer and one consumer move ITEMS items. Either may be
// killed at any step; its successor, which has taken over the lock, goes on with the notes of the dead
// one. Positions and items are counts: the item at position p has the words p + 1.
//
// bug 1: write() commits before the item is written
// bug 2: the tail is committed without release (ARM)
// bug 3: the head is committed before the item is read
// bug 4: look_for_room() takes a full ring for one with room

#define TAIL 0
#define HEAD 1
#define CELL(p, half) (2 + ((p) % 2) * 2 + half)
#define VARS 6
#define THREADS 2
#define ROOM 3
#ifndef ITEMS
#define ITEMS 4
#endif
#include "memory.pml"

// The notes of the two sides: what the successor of a dead one finds.
byte producer_seen, consumer_seen;
bool kill_producer, kill_consumer;

inline produce() {
  do
  :: load(TAIL, mine);
     if
     :: mine == ITEMS -> break
     :: else
     fi;
     if
     :: mine - producer_seen >= 2 ->
        load(HEAD, theirs);
#if BUG == 4
        producer_seen = (mine - theirs >= 2 -> theirs + 1 : theirs);
#else
        producer_seen = theirs;
#endif
        theirs = 0
     :: else
     fi;
     if
     :: mine - producer_seen < 2 ->
#if BUG == 1
        store_release(TAIL, mine + 1);
#endif
        store(CELL(mine, 0), mine + 1);
        store(CELL(mine, 1), mine + 1);
#if BUG == 2
        store(TAIL, mine + 1)
#elif BUG != 1
        store_release(TAIL, mine + 1)
#endif
     :: else -> IS_DRAINED && mem[HEAD] != producer_seen  // sleeps (event_count.pml)
     fi;
     mine = 0
  od
}

inline consume() {
  do
  :: load(HEAD, mine);
     if
     :: mine == ITEMS -> break
     :: else
     fi;
     if
     :: mine == consumer_seen -> load(TAIL, consumer_seen)
     :: else
     fi;
     if
     :: mine != consumer_seen ->
        assert(consumer_seen > mine && consumer_seen - mine <= 2);
#if BUG == 3
        store_release(HEAD, mine + 1);
#endif
        load(CELL(mine, 0), one);
        load(CELL(mine, 1), other);
        assert(one == mine + 1 && other == one);
        d_step { one = 0; other = 0 }
#if BUG != 3
        store_release(HEAD, mine + 1);
#endif
     :: else -> IS_DRAINED && mem[TAIL] != mine
     fi;
     mine = 0
  od
}

proctype Producer() {
  byte me = 0, mine, theirs;
  { produce() } unless { kill_producer };
  IS_DRAINED;
  produce()
}
proctype Consumer() {
  byte me = 1, mine, one, other;
  { consume() } unless { kill_consumer };
  IS_DRAINED;
  d_step { one = 0; other = 0 }
  consume()
}

init {
  atomic {
    choose_memory();
    run Producer(); run Consumer(); run Commit(0); run Commit(1)
  }
  if
  :: kill_producer = true
  :: kill_consumer = true
  :: skip
  fi
}
