package io.sluice.config;

import io.sluice.platform.Memory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * The locks of the config as a process of Sluice takes them, so that the death of a holder holds
 * nobody up and leaves nothing half done: the memzone {@link #ZONE}.
 *
 * <p>The words of the config are DPDK's, and are taken as DPDK takes them, since stock processes
 * share them. They do not say who holds them. So a process first takes the lock's <em>guard</em>, a
 * word that names its holder's generation and thread, with one compare-and-set from 0. Who finds it
 * taken waits, and after a millisecond asks the {@link ProcessTable} whether the holder lives. If
 * it does not, one compare-and-set from just that word makes the one who waited the holder; it puts
 * back what the lock's {@link UndoLog} has, adopts DPDK's word if the dead one had it, and goes on.
 * Who dies at that is followed by the next in the same way. A stopped process lives.
 *
 * <p>Whether the dead one had DPDK's word can be seen from the word: a guard's holder writes
 * another value than stock processes, which to them means the same. (A stock process that comes to
 * wait for a spinlock writes its own over it, so that for those the record says it too.)
 *
 * <p>Readers take locks as writers do: all of this is set-up, and there is nothing to be gained.
 * Order: {@link #MPLOCK}, {@link #QLOCK}, {@link #MLOCK}, a heap's, {@link #HOTPLUG}, {@link
 * #GROWTH}. A thread may take what it holds again. Thread-safe and process-safe.
 */
public final class Locks {
  /** The name of the memzone. */
  public static final String ZONE = "SLUICE_locks";

  public static final int MLOCK = 0;
  public static final int QLOCK = 1;
  public static final int MPLOCK = 2;
  public static final int HOTPLUG = 3;
  private static final int FIRST_HEAP = 4;

  /**
   * Taken by the primary while it changes pages and heap for whoever holds the heap's lock, itself
   * or another process; DPDK has no such lock.
   */
  public static final int GROWTH = LocksLayout.LOCKS - 1;

  private static final int[] WORDS = {
    MemConfigLayout.MLOCK,
    MemConfigLayout.QLOCK,
    MemConfigLayout.MPLOCK,
    MemConfigLayout.MEMORY_HOTPLUG_LOCK
  };

  /** How long to wait before asking whether the holder lives, which takes system calls. */
  private static final long PATIENCE_NANOS = 1_000_000;

  private static final int SPINS_BEFORE_CLOCK = 0x3f;
  private static final long PARK_NANOS = 20_000;
  private static final int MAX_LISTS = 128;
  private static final long REQUEST_MARK = 0x534c5543;

  private final long config;
  private final boolean observer;
  private final UndoLog[] logs = new UndoLog[LocksLayout.LOCKS];
  private ProcessTable processes;
  private volatile long zone;

  private Locks(long config, boolean observer) {
    this.config = config;
    this.observer = observer;
    java.util.Arrays.fill(logs, UndoLog.NONE);
  }

  /** The locks of a config, DPDK's words alone until {@link #open}. */
  public static Locks of(long config) {
    return new Locks(config, false);
  }

  /** For a private copy of the config: takes nothing. */
  public static Locks forObserver() {
    return new Locks(0, true);
  }

  /** The bytes of the zone. */
  public static long size() {
    return LocksLayout.SIZEOF;
  }

  /** Sets up zeroed memory; the primary's. */
  public static void init(long address) {
    Memory.putInt(address + LocksLayout.RECORDS, LocksLayout.LOCKS);
  }

  /** The lock of the heap at an index of the config. */
  public static int ofHeap(int index) {
    return FIRST_HEAP + index;
  }

  /** From now on with guards; before other threads of this process take a lock. */
  public void open(long address, ProcessTable table) {
    processes = table;
    for (int i = 0; i < LocksLayout.LOCKS; i++) {
      int entries =
          i == GROWTH
              ? LocksLayout.LAST_ENTRIES
              : (LocksLayout.RECORD_SIZEOF - LocksLayout.LOG) / LocksLayout.ENTRY_SIZEOF;
      logs[i] = new UndoLog(record(address, i), entries);
    }
    zone = address;
  }

  /** The zone's address, 0 before {@link #open}. */
  long address() {
    return zone;
  }

  int generation() {
    return processes.generation();
  }

  private static long record(long zone, int index) {
    return zone + LocksLayout.FIRST_RECORD + (long) index * LocksLayout.RECORD_SIZEOF;
  }

  /** The lock's record, for the holder; 0 before {@link #open}. */
  public long record(int index) {
    return zone == 0 ? 0 : record(zone, index);
  }

  /**
   * Takes a lock; to be given back with {@link #unlock} by the same thread.
   *
   * @return the log for stores into what it guards
   */
  public UndoLog lock(int index) {
    if (!tryLock(index, 0)) {
      throw new IllegalStateException("an endless wait has ended");
    }
    return logs[index];
  }

  /**
   * Changes what a lock guards: all of it or, if the change throws or the process dies in it,
   * nothing.
   *
   * @param change stores through the log that it is given
   * @return what the change gives
   */
  public <T> T change(int index, Function<UndoLog, T> change) {
    UndoLog log = lock(index);
    try {
      return change.apply(log);
    } catch (RuntimeException | Error e) {
      log.undo();
      throw e;
    } finally {
      unlock(index);
    }
  }

  /**
   * Takes a lock if it can be had in time: for where a word that nobody will ever free, in garbage,
   * must not be waited for.
   */
  public boolean lock(int index, long nanos) {
    return tryLock(index, System.nanoTime() + nanos | 1);
  }

  private boolean tryLock(int index, long deadline) {
    if (observer) {
      return true;
    }
    boolean takenOver = false;
    if (zone != 0) {
      long record = record(zone, index);
      long me = me();
      if (!Memory.compareAndSetLong(record + LocksLayout.GUARD, 0, me)) {
        if (Memory.getLongVolatile(record + LocksLayout.GUARD) == me) {
          int depth = Memory.getInt(record + LocksLayout.DEPTH);
          Memory.putInt(record + LocksLayout.DEPTH, depth + 1);
          return true;
        }
        long found = await(record, me, deadline);
        if (found < 0) {
          return false;
        }
        takenOver = found != 0;
      }
      if (takenOver) {
        repair(index);
      }
    }
    if (takeWord(index, takenOver, deadline)) {
      return true;
    }
    if (zone != 0) {
      Memory.putLongRelease(record(zone, index) + LocksLayout.GUARD, 0);
    }
    return false;
  }

  private long me() {
    return (long) processes.generation() << 32
        | (int) Thread.currentThread().getId() & 0xffff_ffffL;
  }

  /** Takes the guard: gives the dead holder it was taken from, 0 for none, -1 if it was not. */
  private long await(long record, long me, long deadline) {
    long patience = 0;
    for (int spins = 1; ; spins++) {
      long holder = Memory.getLongVolatile(record + LocksLayout.GUARD);
      if (holder == 0) {
        if (Memory.compareAndSetLong(record + LocksLayout.GUARD, 0, me)) {
          return 0;
        }
      } else if ((spins & SPINS_BEFORE_CLOCK) != 0) {
        Thread.onSpinWait();
      } else {
        long now = System.nanoTime();
        if (patience == 0) {
          patience = now + PATIENCE_NANOS;
        } else if (now - patience > 0) {
          if (!isAlive(holder)
              && Memory.compareAndSetLong(record + LocksLayout.GUARD, holder, me)) {
            return holder;
          }
          patience = now + PATIENCE_NANOS;
          LockSupport.parkNanos(PARK_NANOS);
        }
        if (deadline != 0 && now - deadline > 0) {
          return -1;
        }
        Thread.yield();
      }
    }
  }

  private boolean isAlive(long holder) {
    return processes.isAlive((int) (holder >>> 32));
  }

  /** Puts right what the guard's dead holder has left. Bears to be done again from any point. */
  private void repair(int index) {
    long record = record(zone, index);
    if (index >= HOTPLUG && index != GROWTH) {
      // The primary may be at work for the dead one, or have died at it.
      lock(GROWTH);
      Memory.putLongRelease(record + LocksLayout.REQUEST, 0);
      unlock(GROWTH);
    }
    logs[index].undo();
    Memory.putInt(record + LocksLayout.DEPTH, 0);
    if (index == MLOCK) {
      freeWord(config + MemConfigLayout.MEMZONES + FbarrayLayout.RWLOCK);
    }
    for (int i = 0; index == GROWTH && i < MAX_LISTS; i++) {
      long list = config + MemConfigLayout.MEMSEGS + (long) i * MemsegListLayout.SIZEOF;
      freeWord(list + MemsegListLayout.MEMSEG_ARR + FbarrayLayout.RWLOCK);
    }
  }

  /** Of an fbarray, whose lock is taken only by who holds the one that is being put right. */
  private static void freeWord(long word) {
    if (RwLock.isOwned(word)) {
      RwLock.writeUnlockOwned(word);
    }
  }

  private long word(int index) {
    return index < FIRST_HEAP
        ? config + WORDS[index]
        : config
            + MemConfigLayout.MALLOC_HEAPS
            + (long) (index - FIRST_HEAP) * MallocHeapLayout.SIZEOF
            + MallocHeapLayout.LOCK;
  }

  private boolean takeWord(int index, boolean takenOver, long deadline) {
    if (index == GROWTH) {
      return true;
    }
    long word = word(index);
    if (index < FIRST_HEAP) {
      return takenOver && RwLock.isOwned(word) || RwLock.writeLockOwned(word, deadline);
    }
    long record = record(index);
    if (!takenOver
        || !SpinLock.isOwned(word) && Memory.getInt(record + LocksLayout.SPINLOCK_HELD) == 0) {
      SpinLock.lockOwned(word);
    }
    if (record != 0) {
      Memory.putInt(record + LocksLayout.SPINLOCK_HELD, 1);
    }
    return true;
  }

  /** Gives a lock back, with which all stores through its log are true. */
  public void unlock(int index) {
    if (observer) {
      return;
    }
    long record = record(index);
    if (record != 0) {
      int depth = Memory.getInt(record + LocksLayout.DEPTH);
      if (depth != 0) {
        Memory.putInt(record + LocksLayout.DEPTH, depth - 1);
        return;
      }
      logs[index].commit();
    }
    if (index < FIRST_HEAP) {
      RwLock.writeUnlockOwned(word(index));
    } else if (index != GROWTH) {
      if (record != 0) {
        Memory.putIntRelease(record + LocksLayout.SPINLOCK_HELD, 0);
      }
      SpinLock.unlock(word(index));
    }
    if (record != 0) {
      Memory.putLongRelease(record + LocksLayout.GUARD, 0);
    }
  }

  /**
   * Has the locks that a dead process holds taken over and given back, also where nobody wants
   * them.
   *
   * @param generation the dead process's
   * @param visit what to do with each of them, which takes it and gives it back
   * @return false if one has to wait for a live process that still works for the dead one
   */
  public boolean recover(int generation, IntConsumer visit) {
    boolean all = true;
    for (int i = GROWTH; i >= 0; i--) {
      if (holder(i) >>> 32 == generation) {
        long grower = holder(GROWTH);
        boolean busy = i >= HOTPLUG && i != GROWTH && grower != 0 && isAlive(grower);
        all &= !busy;
        if (!busy) {
          visit.accept(i);
        }
      }
    }
    return all;
  }

  /**
   * Waits until each lock was given back once, as far as it was taken: whoever took one over from a
   * dead process has finished undoing what that one had begun.
   *
   * @return false if one was not given back in time; its holder may be dead, too
   */
  public boolean awaitGivenBack(long nanos) {
    long deadline = System.nanoTime() + nanos;
    for (int i = GROWTH; i >= 0; i--) {
      long holder = holder(i);
      while (holder != 0) {
        long now = holder(i);
        if (now != holder) {
          // One taken over from a dead process was not given back: who has it now is at undoing.
          holder = isAlive(holder) ? 0 : now;
        } else if (System.nanoTime() - deadline > 0) {
          return false;
        } else {
          LockSupport.parkNanos(PARK_NANOS);
        }
      }
    }
    return true;
  }

  private long holder(int index) {
    return Memory.getLongVolatile(record(zone, index) + LocksLayout.GUARD);
  }

  /**
   * Works for the process that holds a heap's lock and has noted a request for it, as the only one,
   * and not if the request is no more. A stock process's are not noted.
   *
   * @return what {@code work} says; false if there is no such request
   */
  public boolean serve(long request, BooleanSupplier work) {
    lock(GROWTH);
    try {
      return isNoted(request) && work.getAsBoolean();
    } finally {
      unlock(GROWTH);
    }
  }

  private boolean isNoted(long request) {
    boolean noted = zone == 0 || request >>> 32 != REQUEST_MARK;
    for (int i = FIRST_HEAP; !noted && i < GROWTH; i++) {
      noted = Memory.getLongVolatile(record(zone, i) + LocksLayout.REQUEST) == request;
    }
    return noted;
  }

  /**
   * The generation of the primary that serves requests; 0 if there is none, -1 if it has none, as a
   * stock one, or if that is not known.
   */
  public int server() {
    if (zone == 0) {
      return -1;
    }
    int generation = processes.primaryGeneration();
    return !processes.isPrimaryAlive() ? 0 : generation == 0 ? -1 : generation;
  }

  /** The id of a new request, which tells that one of Sluice makes it and notes it. */
  public static long newRequest() {
    return REQUEST_MARK << 32 | ThreadLocalRandom.current().nextInt() & 0xffff_ffffL;
  }

  /** Notes a request for pages for a heap, whose lock the caller holds, ahead of sending it. */
  public void noteRequest(int index, long request) {
    if (zone != 0) {
      Memory.putLongVolatile(record(zone, index) + LocksLayout.REQUEST, request);
    }
  }

  /** Ends a request: it is not served from now on, nor under way any more. */
  public void endRequest(int index) {
    if (zone != 0) {
      lock(GROWTH);
      Memory.putLongRelease(record(zone, index) + LocksLayout.REQUEST, 0);
      unlock(GROWTH);
    }
  }
}
