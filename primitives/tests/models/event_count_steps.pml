// The steps of an EventCount on FLAG, WAITERS and EPOCH. Its user defines ready(r) and the variables
// flag, waiters, heard, is_ready.

#define kWaiting 1
#define kStrong 2
bool is_strong;
inline choose_strength() {
  if
  :: is_strong = false
  :: is_strong = true; mem[FLAG] = kStrong
  fi
}

inline wake_one() {
#if EVENT_COUNT_BUG != 3
  read_modify_write(EPOCH, mem[EPOCH] + 1);
#endif
  futex_wake_one(EPOCH)
}

inline clear() {
#if EVENT_COUNT_BUG == 2
  load(WAITERS, waiters);
  read_modify_write(FLAG, mem[FLAG] & kStrong)
#else
  read_modify_write(FLAG, mem[FLAG] & kStrong);
  load(WAITERS, waiters)
#endif
}

inline notify_one() {
  load(FLAG, flag);
  if
  :: flag != 0 ->
     clear();
     if
     :: waiters != 0 -> waiters = 0; wake_one()
     :: else
     fi
  :: else
  fi;
  flag = 0
}

inline set_again() {
  read_modify_write(FLAG, mem[FLAG] | kWaiting);
#if EVENT_COUNT_BUG != 1
  if
  :: is_strong
  :: else -> heavy_fence()
  fi
#endif
}

inline sleep() {
  do
  :: load(EPOCH, heard);
     read_modify_write(WAITERS, mem[WAITERS] + 1);
     set_again();
     ready(is_ready);
     if
     :: is_ready -> heard = 0; read_modify_write_relaxed(WAITERS, mem[WAITERS] - 1); break
     :: else
     fi;
     futex_wait(EPOCH, heard);
     heard = 0;
     read_modify_write_relaxed(WAITERS, mem[WAITERS] - 1);
     ready(is_ready);
     if
     :: is_ready ->
#if EVENT_COUNT_BUG != 4
        load(WAITERS, waiters);
        if
        :: waiters != 0 -> waiters = 0; set_again()
        :: else
        fi;
#endif
        break
     :: else
     fi
  od
}
