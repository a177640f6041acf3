/*
 * Claims on one side of a protected ring (JournaledClaims) by processes that may die at any step,
 * and their recovery by whoever waits and by a reaper, each of which may die, too.
 *
 * Checked: nothing is taken from a process that lives; nothing is published that was not claimed;
 * a live process ends, whoever else has died where (with weak fairness).
 */
#define PROCESSES 3
#define CLAIMS 1
#define NOBODY 255

/*
 * One word, which recovery compares and sets as a whole. A claim reads head and tail one after the
 * other and moves the head alone, as for MT, which is the weaker of what is done.
 */
byte head, tail;
bool noted[PROCESSES];          /* side of a thread's note, of one ring */
byte notedHead[PROCESSES];
byte notedCount[PROCESSES];
bool alive[PROCESSES] = true;
bool ended[PROCESSES];
byte recoverer = NOBODY;        /* a lock of the kernel's: a dead holder has none */
byte owner = NOBODY;            /* whose the open claim is; not known to the processes */
byte deaths;

/* Any process but the last may die at any step; a dead one does nothing more. */
#define MAY_DIE(me) \
  if \
  :: me != PROCESSES - 1 -> atomic { alive[me] = false; deaths++; goto dead } \
  :: true \
  fi

inline recover(me) {
  if
  :: atomic {
       (recoverer == NOBODY || !alive[recoverer]) -> recoverer = me
     }
     MAY_DIE(me);
     atomic { h = head; t = tail }
     q = 0; mayUndo = false; wait = false;
     do
     :: q < PROCESSES && h != t ->
        MAY_DIE(me);
        atomic {
          if
          :: noted[q] && notedHead[q] == t && alive[q] -> wait = true
          :: noted[q] && notedHead[q] == t && !alive[q] && notedCount[q] == h - t -> mayUndo = true
          :: else
          fi
        }
        q++
     :: else -> break
     od;
     MAY_DIE(me);
     atomic {
       if
       :: mayUndo && !wait && head == h && tail == t ->
          assert(owner != NOBODY && !alive[owner]);
          head = t;
          owner = NOBODY
       :: else
       fi
     }
     MAY_DIE(me);
     atomic { if :: recoverer == me -> recoverer = NOBODY :: else fi }
  :: else
  fi
}

/* The reaper's last step: a dead process's notes go once its claims are closed. */
inline forget(me) {
  d = 0;
  do
  :: d < PROCESSES ->
     atomic {
       if
       :: !alive[d] && noted[d] && !(owner == d) && head == tail -> noted[d] = false
       :: else
       fi
     }
     d++
  :: else -> break
  od
}

proctype worker(byte me) {
  byte h, t, q, d, count, left = CLAIMS;
  bool mayUndo, wait;
  do
  :: left == 0 -> break
  :: left > 0 ->
     MAY_DIE(me);
     h = head;
     MAY_DIE(me);
     t = tail;
     if
     :: h != t ->
        recover(me);
        forget(me)
     :: else ->
        if :: count = 1 :: count = 2 fi;
        MAY_DIE(me);
        atomic { notedHead[me] = h; notedCount[me] = count }
        MAY_DIE(me);
        noted[me] = true;
        MAY_DIE(me);
        if
        :: atomic { head == h -> assert(tail == h && owner == NOBODY); head = h + count; owner = me }
           MAY_DIE(me);
           atomic { assert(owner == me); tail = h + count; owner = NOBODY }
           MAY_DIE(me);
           noted[me] = false;
           left--
        :: atomic { head != h -> skip }
           MAY_DIE(me);
           noted[me] = false
        fi
     fi
  od;
  ended[me] = true;
dead:
  skip
}

init {
  atomic {
    byte i = 0;
    do
    :: i < PROCESSES -> run worker(i); i++
    :: else -> break
    od
  }
}

/* The last one lives, and so ends. */
ltl liveEnds { <> ended[PROCESSES - 1] }
