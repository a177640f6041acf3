package io.sluice.config;

import io.sluice.platform.Memory;

/**
 * {@code rte_rwlock} of 22.11: one int in shared memory; bit 0 a writer waits, bit 1 a writer
 * holds, readers in steps of 4. Not reentrant, no owner.
 */
public final class RwLock {
  private static final int WAIT = 1;
  private static final int WRITE = 2;
  private static final int MASK = WAIT | WRITE;
  private static final int READ = 4;

  /**
   * Set by a writer that has the lock's guard in {@link Locks}: to others it looks like very many
   * readers behind a writer, to Sluice it says whose the word is when its owner dies.
   */
  private static final int OWNED = 1 << 30 | WRITE;

  private static final int SPINS_BEFORE_YIELD = 1000;

  private RwLock() {}

  /** Takes the lock for reading; acquire. */
  public static void readLock(long address) {
    int spins = 0;
    while (!tryReadLock(address)) {
      while ((Memory.getIntVolatile(address) & MASK) != 0) {
        pause(++spins);
      }
    }
  }

  /**
   * Takes the lock for reading if it can be had in time; acquire. For where a word that nobody will
   * ever free, of a process that died or in garbage, must not be waited for.
   */
  public static boolean readLock(long address, long nanos) {
    long deadline = System.nanoTime() + nanos;
    int spins = 0;
    while (!tryReadLock(address)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      pause(++spins);
    }
    return true;
  }

  /** Takes the lock for reading unless a writer holds or waits for it. */
  public static boolean tryReadLock(long address) {
    if ((Memory.getIntVolatile(address) & MASK) != 0) {
      return false;
    }
    if ((Memory.getAndAddInt(address, READ) & MASK) == 0) {
      return true;
    }
    Memory.getAndAddInt(address, -READ);
    return false;
  }

  /** Gives a reader's hold back; release. */
  public static void readUnlock(long address) {
    Memory.getAndAddInt(address, -READ);
  }

  /** Takes the lock for writing; acquire. New readers wait as soon as a writer does. */
  public static void writeLock(long address) {
    int spins = 0;
    while (true) {
      int value = Memory.getIntVolatile(address);
      if (value < WRITE) {
        if (Memory.compareAndSetInt(address, value, WRITE)) {
          return;
        }
      } else if ((value & WAIT) == 0) {
        Memory.compareAndSetInt(address, value, value | WAIT);
      } else {
        pause(++spins);
      }
    }
  }

  /** Takes the lock for writing if it is free. */
  public static boolean tryWriteLock(long address) {
    int value = Memory.getIntVolatile(address);
    return value < WRITE && Memory.compareAndSetInt(address, value, value + WRITE);
  }

  /** Gives the writer's hold back; release. */
  public static void writeUnlock(long address) {
    Memory.getAndAddInt(address, -WRITE);
  }

  /**
   * Takes the lock for writing and marks the word as the guard holder's; gives up at a deadline of
   * {@link System#nanoTime}, 0 for never.
   */
  static boolean writeLockOwned(long address, long deadline) {
    int spins = 0;
    while (true) {
      int value = Memory.getIntVolatile(address);
      if (value >= 0 && value < WRITE) {
        if (Memory.compareAndSetInt(address, value, OWNED)) {
          return true;
        }
      } else if (deadline == 0 && (value & WAIT) == 0) {
        // Not by who may give up: new readers would wait for a writer that does not come.
        Memory.compareAndSetInt(address, value, value | WAIT);
      } else if (deadline != 0 && System.nanoTime() - deadline > 0) {
        return false;
      } else {
        pause(++spins);
      }
    }
  }

  /** Whether the word is marked as a guard holder's. */
  static boolean isOwned(long address) {
    return (Memory.getIntVolatile(address) & OWNED) == OWNED;
  }

  /** Gives back what {@link #writeLockOwned} took; release. */
  static void writeUnlockOwned(long address) {
    Memory.getAndAddInt(address, -OWNED);
  }

  private static void pause(int spins) {
    if (spins % SPINS_BEFORE_YIELD == 0) {
      Thread.yield();
    } else {
      Thread.onSpinWait();
    }
  }
}
