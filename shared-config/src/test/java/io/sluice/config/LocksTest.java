package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Spinlock and rwlock, by their words in memory and under contention. */
class LocksTest {
  private static final int THREADS = 4;
  private static final int ROUNDS = 20_000;

  private final long lock = Memory.allocate(64);
  private final long counters = lock + 16;

  @AfterEach
  void release() {
    Memory.release(lock);
  }

  @Test
  void shouldHoldASpinlockOnce() {
    assertTrue(SpinLock.tryLock(lock));
    assertEquals(1, Memory.getInt(lock));
    assertFalse(SpinLock.tryLock(lock));
    SpinLock.unlock(lock);
    assertEquals(0, Memory.getInt(lock));
    SpinLock.lock(lock);
    SpinLock.unlock(lock);
  }

  @Test
  void shouldHaveManyReadersOrOneWriter() {
    RwLock.readLock(lock);
    assertEquals(4, Memory.getInt(lock));
    assertTrue(RwLock.tryReadLock(lock));
    assertFalse(RwLock.tryWriteLock(lock));
    RwLock.readUnlock(lock);
    RwLock.readUnlock(lock);
    RwLock.writeLock(lock);
    assertEquals(2, Memory.getInt(lock));
    assertFalse(RwLock.tryReadLock(lock));
    assertFalse(RwLock.tryWriteLock(lock));
    RwLock.writeUnlock(lock);
    assertEquals(0, Memory.getInt(lock));
    Memory.putInt(lock, 1);
    assertFalse(RwLock.tryReadLock(lock), "a writer waits");
    assertTrue(RwLock.tryWriteLock(lock));
    RwLock.writeUnlock(lock);
  }

  private void contend(Runnable once) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Future<?>> all = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      all.add(
          threads.submit(
              () -> {
                for (int i = 0; i < ROUNDS; i++) {
                  once.run();
                }
              }));
    }
    for (Future<?> each : all) {
      each.get();
    }
    threads.shutdown();
  }

  @Test
  void shouldLoseNoUpdateUnderASpinlock() throws Exception {
    contend(
        () -> {
          SpinLock.lock(lock);
          Memory.putInt(counters, Memory.getInt(counters) + 1);
          SpinLock.unlock(lock);
        });
    assertEquals(THREADS * ROUNDS, Memory.getInt(counters));
  }

  @Test
  void shouldShowReadersNoHalfUpdate() throws Exception {
    int[] torn = new int[1];
    contend(
        () -> {
          RwLock.readLock(lock);
          if (Memory.getInt(counters) != Memory.getInt(counters + 4)) {
            torn[0]++;
          }
          RwLock.readUnlock(lock);
          RwLock.writeLock(lock);
          Memory.putInt(counters, Memory.getInt(counters) + 1);
          Memory.putInt(counters + 4, Memory.getInt(counters + 4) + 1);
          RwLock.writeUnlock(lock);
        });
    assertEquals(0, torn[0]);
    assertEquals(THREADS * ROUNDS, Memory.getInt(counters));
    assertEquals(0, Memory.getInt(lock));
  }
}
