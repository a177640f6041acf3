package io.sluice.config;

import io.sluice.platform.Memory;

/** {@code rte_spinlock}: one int in shared memory, 0 free and 1 taken. Not reentrant, no owner. */
public final class SpinLock {
  private static final int SPINS_BEFORE_YIELD = 1000;

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

  /** Takes the lock if it is free. */
  public static boolean tryLock(long address) {
    return Memory.compareAndSetInt(address, 0, 1);
  }

  /** Gives the lock back; release. */
  public static void unlock(long address) {
    Memory.putIntRelease(address, 0);
  }
}
