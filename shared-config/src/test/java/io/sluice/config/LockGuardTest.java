package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Memory;
import io.sluice.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who holds a lock's guard, and when it counts as given back. */
class LockGuardTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long SHORT_NANOS = 200_000_000;

  /** Of no process in the table. */
  private static final int DEAD_GENERATION = 1_000_000;

  private final long config = Memory.allocate(MemConfigLayout.SIZEOF);
  private final long zone = Memory.allocate(Locks.size());
  private final long table = Memory.allocate(ProcessTable.size());
  private final Locks locks = Locks.of(config);

  @BeforeEach
  void open() {
    ProcessTable.init(table);
    ProcessTable processes = ProcessTable.at(table, null);
    processes.claim(ProcType.PRIMARY, "test", List.of(0));
    Locks.init(zone);
    locks.open(zone, processes);
  }

  @AfterEach
  void release() {
    Memory.release(config);
    Memory.release(zone);
    Memory.release(table);
  }

  private long guard() {
    return locks.record(Locks.MLOCK) + LocksLayout.GUARD;
  }

  private void leaveToADeadProcess() {
    Memory.putLong(guard(), (long) DEAD_GENERATION << 32 | 1);
  }

  /** Waits in a thread of its own, which has seen the present holder when this returns. */
  private FutureTask<Boolean> awaitGivenBack(long nanos) {
    FutureTask<Boolean> given = new FutureTask<>(() -> locks.awaitGivenBack(nanos));
    Thread waiter = new Thread(given, "waiter");
    waiter.start();
    Await.until(
        "the lock to be waited for",
        LIMIT,
        () -> waiter.getState() == Thread.State.TIMED_WAITING || given.isDone());
    return given;
  }

  @Test
  void shouldNotTakeALockTakenOverFromADeadProcessForOneGivenBack() throws Exception {
    leaveToADeadProcess();
    FutureTask<Boolean> given = awaitGivenBack(SHORT_NANOS);
    locks.lock(Locks.MLOCK);
    assertFalse(given.get(), "given back while this thread holds it");
    locks.unlock(Locks.MLOCK);
    assertTrue(locks.awaitGivenBack(SHORT_NANOS));
  }

  @Test
  void shouldSeeTheEndOfATakeover() throws Exception {
    leaveToADeadProcess();
    FutureTask<Boolean> given = awaitGivenBack(LIMIT.toNanos());
    locks.lock(Locks.MLOCK);
    locks.unlock(Locks.MLOCK);
    assertTrue(given.get());
    assertEquals(0, Memory.getLong(guard()));
  }

  @Test
  void shouldWaitNoMoreWhenALiveProcessHasGivenItToAnother() throws Exception {
    locks.lock(Locks.MLOCK);
    FutureTask<Boolean> given = awaitGivenBack(LIMIT.toNanos());
    // Given back, and at once taken by another thread of this process.
    Memory.putLongVolatile(guard(), Memory.getLong(guard()) + 1);
    assertTrue(given.get());
  }
}
