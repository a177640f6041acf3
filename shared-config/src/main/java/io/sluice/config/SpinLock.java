package io.sluice.config;

import io.sluice.platform.Memory;

/** {@code rte_spinlock}: one int in shared memory, 0 free and 1 taken. Not reentrant, no owner. */
public final class SpinLock {
  private static final int SPINS_BEFORE_YIELD = 1000;

  /** What the holder of the lock's guard in {@link Locks} writes; 1 over it by who waits for it. */
  private static final int OWNED = 2;

  private SpinLock() {}

  /** Takes the lock; acquire. */
  public static void lock(long address) {
    int spins = 0;
    while (!tryLock(address)) {
      while (Memory.getIntVolatile(address) != 0) {
        if (++spins % SPINS_BEFORE_YIELD == 0) {
          Thread.yield();
        } else {
          Thread.onSpinWait();
        }
      }
    }
  }

  /** Takes the lock, which the caller has the guard of; acquire. */
  static void lockOwned(long address) {
    int spins = 0;
    while (!Memory.compareAndSetInt(address, 0, OWNED)) {
      if (++spins % SPINS_BEFORE_YIELD == 0) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
    }
  }

  /** Whether the word is a guard holder's, and no stock process has come to wait for it since. */
  static boolean isOwned(long address) {
    return Memory.getIntVolatile(address) == OWNED;
  }

  /** Takes the lock if it is free. */
  public static boolean tryLock(long address) {
    return Memory.compareAndSetInt(address, 0, 1);
  }

  /** Gives the lock back; release. */
  public static void unlock(long address) {
    Memory.putIntRelease(address, 0);
  }
}
