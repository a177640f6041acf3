package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * DPDK's {@code ring_stress_autotest}: cells of memory go round through a ring; who dequeued one
 * has it to itself, finds it as its last holder left it, and enqueues it again. By copy in every
 * mode of many threads, by peek and in place where one claims at a time.
 */
class RingOwnershipTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final int WORKERS = 3;
  private static final int BULK = 32;
  private static final int MOST = BULK + BULK / 2;

  /** So many that a bulk always finds enough, whatever the other workers hold. */
  private static final int CELLS = WORKERS * 2 * MOST;

  private static final int SLOTS = 1024;
  private static final int CELL_LONGS = 4;
  private static final int CELL_BYTES = CELL_LONGS * Long.BYTES;
  private static final long FREE = -1;

  /** How entries pass between worker and ring. */
  enum Way {
    COPY,
    PEEK,
    ZERO_COPY
  }

  /** One worker. A side that is ST it enters under the lock, as DPDK's st_peek stress does. */
  private static final class Worker {
    final Ring ring;
    final Way way;
    final int id;
    final ReentrantLock enqueueLock;
    final ReentrantLock dequeueLock;
    final long[] cells = new long[MOST];
    final RingZcData zcd = new RingZcData();
    final SplittableRandom random;

    Worker(Ring ring, Way way, int id, ReentrantLock enqueueLock, ReentrantLock dequeueLock) {
      this.ring = ring;
      this.way = way;
      this.id = id;
      this.enqueueLock = ring.prodSyncType() == SyncType.ST ? enqueueLock : new ReentrantLock();
      this.dequeueLock = ring.consSyncType() == SyncType.ST ? dequeueLock : new ReentrantLock();
      this.random = new SplittableRandom(id);
    }

    void run(int rounds) {
      for (int round = 0; round < rounds; round++) {
        int n = 7 * BULK / 8 + random.nextInt(BULK / 2);
        dequeueLock.lock();
        try {
          check(n == dequeue(n), "dequeue of " + n);
        } finally {
          dequeueLock.unlock();
        }
        exchange(n, FREE, id);
        exchange(n, id, FREE);
        enqueueLock.lock();
        try {
          check(n == enqueue(n), "enqueue of " + n);
        } finally {
          enqueueLock.unlock();
        }
      }
    }

    private void exchange(int n, long expected, long value) {
      for (int i = 0; i < n; i++) {
        for (int word = 0; word < CELL_LONGS; word++) {
          long address = cells[i] + word * Long.BYTES;
          long found = Memory.getLong(address);
          check(found == expected, "cell holds " + found + ", expected " + expected);
          Memory.putLong(address, value);
        }
      }
    }

    private int dequeue(int n) {
      switch (way) {
        case COPY:
          return ring.dequeueBulk(cells, 0, n);
        case PEEK:
          if (random.nextInt(8) == 0 && ring.dequeueBulkStart(cells, 0, n) == n) {
            ring.dequeueFinish(0);
          }
          int peeked = ring.dequeueBulkStart(cells, 0, n);
          if (peeked != 0) {
            ring.dequeueFinish(peeked);
          }
          return peeked;
        default:
          int claimed = ring.dequeueZcBulkStart(n, zcd);
          for (int i = 0; i < claimed; i++) {
            cells[i] = Memory.getLong(zcd.entry(i));
          }
          if (claimed != 0) {
            ring.dequeueFinish(claimed);
          }
          return claimed;
      }
    }

    private int enqueue(int n) {
      switch (way) {
        case COPY:
          return ring.enqueueBulk(cells, 0, n);
        case PEEK:
          int room = ring.enqueueBurstStart(n + random.nextInt(8));
          ring.enqueueFinish(cells, 0, Math.min(n, room));
          return Math.min(n, room);
        default:
          int claimed = ring.enqueueZcBulkStart(n, zcd);
          for (int i = 0; i < claimed; i++) {
            Memory.putLong(zcd.entry(i), cells[i]);
          }
          if (claimed != 0) {
            ring.enqueueZcFinish(claimed);
          }
          return claimed;
      }
    }

    private void check(boolean holds, String what) {
      if (!holds) {
        throw new IllegalStateException("worker " + id + ": " + what + "\n" + ring.dump());
      }
    }
  }

  private static void fill(Ring ring, long cells) {
    for (int i = 0; i < CELLS; i++) {
      long cell = cells + (long) i * CELL_BYTES;
      for (int word = 0; word < CELL_LONGS; word++) {
        Memory.putLong(cell + word * Long.BYTES, FREE);
      }
      assertTrue(ring.enqueue(cell));
    }
  }

  private static void assertEveryCellIsThereOnce(Ring ring, long cells) {
    assertEquals(CELLS, ring.count());
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < CELLS; i++) {
      long cell = ring.dequeue();
      assertTrue(cell >= cells && cell < cells + (long) CELLS * CELL_BYTES, () -> "cell " + cell);
      assertEquals(0, (cell - cells) % CELL_BYTES);
      assertTrue(seen.add(cell), () -> "twice: " + cell);
      assertEquals(FREE, Memory.getLong(cell));
    }
    assertTrue(ring.isEmpty());
  }

  static Stream<Arguments> inThreads() {
    int hts = Ring.MP_HTS_ENQ | Ring.MC_HTS_DEQ;
    return Stream.concat(
        RingModes.multi().map(flags -> Arguments.of(Way.COPY, flags)),
        Stream.of(hts, Ring.SP_ENQ | Ring.SC_DEQ, Ring.SP_ENQ | Ring.MC_HTS_DEQ)
            .flatMap(
                flags -> Stream.of(Way.PEEK, Way.ZERO_COPY).map(way -> Arguments.of(way, flags))));
  }

  static Stream<Arguments> inJvms() {
    int hts = Ring.MP_HTS_ENQ | Ring.MC_HTS_DEQ;
    return Stream.of(
        Arguments.of(Way.COPY, 0),
        Arguments.of(Way.COPY, Ring.MP_RTS_ENQ | Ring.MC_RTS_DEQ),
        Arguments.of(Way.COPY, Ring.MP_RTS_ENQ | Ring.MC_HTS_DEQ),
        Arguments.of(Way.PEEK, hts),
        Arguments.of(Way.ZERO_COPY, hts));
  }

  @ParameterizedTest(name = "{0} flags=0x{1}")
  @MethodSource("inThreads")
  void shouldOwnWhatWasDequeuedBetweenThreads(Way way, int flags) throws Exception {
    ReentrantLock enqueueLock = new ReentrantLock();
    ReentrantLock dequeueLock = new ReentrantLock();
    long cells = Memory.allocate((long) CELLS * CELL_BYTES);
    ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
    try (RawRing raw = new RawRing(SLOTS, flags)) {
      raw.startAt(-100_000);
      fill(raw.ring, cells);
      List<Future<?>> runs = new ArrayList<>();
      for (int id = 1; id <= WORKERS; id++) {
        Worker worker = new Worker(raw.ring, way, id, enqueueLock, dequeueLock);
        runs.add(workers.submit(() -> worker.run(20_000)));
      }
      for (Future<?> run : runs) {
        run.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      }
      assertEveryCellIsThereOnce(raw.ring, cells);
    } finally {
      workers.shutdownNow();
      assertTrue(workers.awaitTermination(10, TimeUnit.SECONDS), "workers ended");
      Memory.release(cells);
    }
  }

  /** A worker's JVM: file prefix, ring, way, worker, rounds. */
  static final class WorkerMain {
    public static void main(String[] arguments) {
      try (SharedMemory memory =
          SharedMemory.attach(
              EalOptions.parse(
                  "--proc-type", "secondary", "--file-prefix", arguments[0], "--no-huge"))) {
        Ring ring = Ring.lookup(memory, arguments[1]);
        int id = Integer.parseInt(arguments[3]);
        new Worker(ring, Way.valueOf(arguments[2]), id, null, null)
            .run(Integer.parseInt(arguments[4]));
        System.out.println("done");
      }
    }
  }

  @ParameterizedTest(name = "{0} flags=0x{1}")
  @MethodSource("inJvms")
  void shouldOwnWhatWasDequeuedBetweenJvms(Way way, int flags) {
    String prefix = UniquePrefix.next();
    try (SharedMemory memory =
        SharedMemory.create(
            EalOptions.parse("--file-prefix", prefix, "-m", "8", "--no-pci", "--no-huge"))) {
      MemZone zone = MemZone.reserve(memory, "cells", (long) CELLS * CELL_BYTES, -1, 0);
      Ring ring = Ring.create(memory, "round", SLOTS, -1, flags);
      fill(ring, zone.address());
      List<JavaProcess> children = new ArrayList<>();
      try {
        for (int id = 1; id <= WORKERS; id++) {
          children.add(
              JavaProcess.start(
                  WorkerMain.class, prefix, "round", way.name(), String.valueOf(id), "20000"));
        }
        for (JavaProcess child : children) {
          child.awaitLine("done", LIMIT);
          assertEquals(0, child.awaitExit(LIMIT));
        }
        assertEveryCellIsThereOnce(ring, zone.address());
      } finally {
        children.forEach(JavaProcess::close);
      }
    }
  }
}
