/*
 * Claims on one side of a protected ring (ProtectedClaims) by processes that may die at any step,
 * and their recovery by whoever waits, which may die, too.
 *
 * A claim is noted after it is made. One whose note is missing is undone only if no live process
 * can have made it: each has answered, since, that none of its threads is where claims are made.
 *
 * Checked: nothing is taken from a process that lives; nothing is published that was not claimed;
 * a live process ends, whoever else has died where (with weak fairness).
 */
#define PROCESSES 3
#define CLAIMS 1
#define GIVE_BACKS 2            /* by the first process; counting late needs two to show */
#define NOBODY 255

/*
 * One word, which recovery compares and sets as a whole. A claim reads head and tail one after the
 * other and moves the head alone, as for MT, which is the weaker of what is done.
 */
byte head, tail;
byte noteWho = NOBODY;          /* the note, which is one word, too */
byte notePosition, noteCount;
byte undone;                    /* or given back: the same word may be another claim */
/*
 * Question numbers, as what is made of them, which is finite: bit l is set by l's question, if the
 * process lives, and cleared by an answer. It is "answered < question", of the process and of l.
 */
byte unanswered[PROCESSES];
bool inside[PROCESSES];         /* the thread's stack has a method that claims or gives back */
bool alive[PROCESSES] = true;
bool ended[PROCESSES];
byte recoverer = NOBODY;        /* a lock of the kernel's: a dead holder has none */
byte owner = NOBODY;            /* whose the open claim is; not known to the processes */
byte givenBack;                 /* bounds the give-backs */

/* What a process knows. It matters no more when it is dead, and would only make more states. */
#define FORGET_LOOK \
  h = 0; t = 0; who = 0; position = 0; noted = 0; u = 0; gone = 0; answered = false; next = NOTHING
#define FORGET_ALL \
  FORGET_LOOK; count = 0; left = 0; round = 0; \
  seenHead = 0; seenTail = 0; seenWho = 0; seenPosition = 0; seenCount = 0; seenUndone = 0

/*
 * Any process but the last may die at any step; a dead one does nothing more. It stands between
 * any two steps that others can see: a death before a read is no other than one after it.
 */
#define MAY_DIE(me) \
  if \
  :: me != PROCESSES - 1 -> atomic { alive[me] = false; FORGET_ALL; goto dead } \
  :: true \
  fi

#define DEAD (!alive[0] | (!alive[1] << 1) | (!alive[2] << 2))
#define ANSWERED(p) (!alive[p] || !((unanswered[p] >> me) & 1))
/* All but its own process, whose only thread is here. */
#define ASK(p) unanswered[p] = unanswered[p] | ((p != me && alive[p]) << me)

#define NAMED (who != NOBODY && position == t)
#define SEEN \
  (round > 0 && h == seenHead && t == seenTail && who == seenWho && position == seenPosition && \
   noted == seenCount && u == seenUndone)

#define NOTHING 0
#define QUESTION 1
#define AGAIN 2
#define UNDO 3

inline recover(me) {
  if
  :: atomic {
       (recoverer == NOBODY || !alive[recoverer]) -> recoverer = me;
       /* First of all: what is read below was so after those had died and these had answered. */
       gone = DEAD;
       answered = ANSWERED(0) && ANSWERED(1) && ANSWERED(2)
     }
     atomic { h = head; t = tail }
     d_step { who = noteWho; position = notePosition; noted = noteCount }
     d_step {
       u = undone;              /* last: a claim whose note was seen cleared has been counted */
       if
       :: h == t || gone == 0 -> next = NOTHING
       :: else ->
          if
          :: NAMED -> next = ((gone >> who) & 1 && noted == h - t -> UNDO : NOTHING)
          :: !NAMED && !SEEN -> next = QUESTION
          /* Once more: at the first look, a give-back may have been counted but not yet made. */
          :: !NAMED && SEEN -> next = (!answered -> NOTHING : (round == 1 -> AGAIN : UNDO))
          fi
       fi
     }
     if
     :: d_step {
          next == QUESTION ->
          seenHead = h; seenTail = t;
          seenWho = who; seenPosition = position; seenCount = noted;
          seenUndone = u;
          round = 1;
          ASK(0); ASK(1); ASK(2)
        }
     :: d_step { next == AGAIN -> round = 2; ASK(0); ASK(1); ASK(2) }
     :: next == UNDO ->
        MAY_DIE(me);
        undone++;
        MAY_DIE(me);
        noteWho = NOBODY;       /* before the word: the next claim there is not the noted one */
        MAY_DIE(me);
        atomic {
          if
          :: head == h && tail == t ->
             assert(owner != NOBODY && !alive[owner]);
             head = t;
             owner = NOBODY
          :: else
          fi
        }
     :: next == NOTHING
     fi;
     MAY_DIE(me);
     d_step { recoverer = NOBODY; FORGET_LOOK }
  :: d_step { else -> FORGET_LOOK }
  fi
}

active [PROCESSES] proctype worker() {
  byte h, t, count, left = CLAIMS;
  byte who, position, noted, u, gone, next;
  byte seenHead, seenTail, seenWho, seenPosition, seenCount, seenUndone, round;
  bool answered;
#define me _pid
  do
  :: atomic { left == 0 -> FORGET_ALL; ended[me] = true; break }
  :: left > 0 ->
     h = head;
     t = tail;
     if
     :: h != t -> recover(me)
     :: else ->
        if :: count = 1 :: count = 2 fi;
        MAY_DIE(me);
        inside[me] = true;
        if
        :: atomic {
             head == h -> assert(tail == h && owner == NOBODY);
             head = h + count;
             owner = me
           }
           MAY_DIE(me);
           d_step { noteWho = me; notePosition = h; noteCount = count }
           inside[me] = false;
           MAY_DIE(me);
           if
           :: atomic { assert(owner == me); tail = h + count; owner = NOBODY; left-- }
           :: atomic { me == 0 && givenBack < GIVE_BACKS -> givenBack++; inside[me] = true }
              undone++;         /* first, as for recovery */
              MAY_DIE(me);
              noteWho = NOBODY;
              MAY_DIE(me);
              atomic {
                assert(owner == me && head == h + count && tail == h);
                head = h;
                owner = NOBODY
              }
              inside[me] = false
           fi;
           MAY_DIE(me)
        :: atomic { head != h -> inside[me] = false }
        fi;
        d_step { FORGET_LOOK; count = 0 }
     fi
  od;
dead:
  skip
}

/* Another thread of each process, which looks at the stack of the one that works. */
#define of (_pid - PROCESSES)
active [PROCESSES] proctype answerer() {
end:
  do
  :: atomic { alive[of] && !inside[of] && unanswered[of] != 0 -> unanswered[of] = 0 }
  od
}

/* The last one lives, and so ends. */
ltl liveEnds { <> ended[PROCESSES - 1] }
