package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As DPDK's {@code stack_lf_autotest}: order, bounds, and many at once, in threads and in JVMs. */
class LockFreeStackTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final int NODES = 4096;
  private static final int MAX_BULK = 32;
  private static final int WORKERS = 3;

  /** So few that nodes come round at once: what a swap without a tag would trip over. */
  private static final int CELLS = WORKERS * 4;

  private SharedMemory memory;
  private String prefix;
  private MemZone zone;

  @BeforeEach
  void createMemory() {
    prefix = UniquePrefix.next();
    memory = TestMemory.primary(prefix);
    zone = MemZone.reserve(memory, "stack", LockFreeStackBackend.memsize(NODES), -1, 0);
  }

  @AfterEach
  void closeMemory() {
    memory.close();
  }

  private LockFreeStackBackend stack(int nodes) {
    LockFreeStackBackend.init(zone.address(), nodes);
    return new LockFreeStackBackend(zone.address(), null);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, MAX_BULK})
  void shouldGiveBackLastInFirst(int bulk) {
    LockFreeStackBackend stack = stack(NODES);
    long[] in = LongStream.rangeClosed(1, NODES).toArray();
    assertEquals(0, stack.count());
    for (int i = 0; i < NODES; i += bulk) {
      assertTrue(bulk == 1 ? stack.putOne(in[i]) : stack.put(in, i, bulk));
      assertEquals(i + bulk, stack.count());
    }
    assertFalse(stack.putOne(1), "full");
    long[] out = new long[bulk];
    for (int i = NODES; i > 0; i -= bulk) {
      if (bulk == 1) {
        out[0] = stack.getOne();
      } else {
        assertTrue(stack.get(out, 0, bulk));
      }
      // A bulk is a run of its own: the last put in comes first, in the order it was put in.
      assertArrayEquals(LongStream.range(i - bulk + 1, i + 1).toArray(), out);
      assertEquals(i - bulk, stack.count());
    }
    assertEquals(0, stack.getOne());
  }

  @Test
  void shouldTakeAllOrNothing() {
    LockFreeStackBackend stack = stack(10);
    long[] objs = LongStream.rangeClosed(1, 20).toArray();
    assertFalse(stack.put(objs, 0, 11));
    assertEquals(0, stack.count());
    assertTrue(stack.put(objs, 0, 0));
    assertTrue(stack.put(objs, 0, 9));
    assertFalse(stack.put(objs, 0, 2));
    assertTrue(stack.put(objs, 9, 1));
    long[] out = new long[20];
    assertFalse(stack.get(out, 0, 11));
    assertArrayEquals(new long[20], out);
    assertTrue(stack.get(out, 0, 0));
    assertTrue(stack.get(out, 5, 10));
    assertArrayEquals(
        LongStream.rangeClosed(1, 10).toArray(),
        LongStream.of(out).filter(o -> o != 0).sorted().toArray());
    assertFalse(stack.get(out, 0, 1));
  }

  /** Takes cells, which nobody else may have meanwhile, marks them, and puts them back. */
  private static void work(LockFreeStackBackend stack, int id, int rounds) {
    SplittableRandom random = new SplittableRandom(id);
    long[] cells = new long[4];
    for (int round = 0; round < rounds; round++) {
      int n = 1 + random.nextInt(cells.length);
      if (n == 1) {
        cells[0] = stack.getOne();
      }
      if (n == 1 ? cells[0] == 0 : !stack.get(cells, 0, n)) {
        Thread.yield();
        continue;
      }
      for (int i = 0; i < n; i++) {
        long found = Memory.getLong(cells[i]);
        Memory.putLong(cells[i], id);
        Memory.putLong(cells[i] + 8, Memory.getLong(cells[i] + 8) + 1);
        if (found != 0) {
          throw new IllegalStateException("worker " + id + ": cell of " + found);
        }
      }
      for (int i = 0; i < n; i++) {
        if (Memory.getLong(cells[i]) != id) {
          throw new IllegalStateException("worker " + id + ": cell taken by another");
        }
        Memory.putLong(cells[i], 0);
      }
      if (n == 1 ? !stack.putOne(cells[0]) : !stack.put(cells, 0, n)) {
        throw new IllegalStateException("worker " + id + ": no room for its own");
      }
    }
  }

  private long[] fill(LockFreeStackBackend stack) {
    long cells = memory.heap(-1).zmalloc("cells", CELLS * 64L, 64);
    long[] all = LongStream.range(0, CELLS).map(i -> cells + 64 * i).toArray();
    assertTrue(stack.put(all, 0, CELLS));
    return all;
  }

  private static void assertAllBack(LockFreeStackBackend stack, long[] all) {
    assertEquals(CELLS, stack.count());
    long[] out = new long[CELLS];
    assertTrue(stack.get(out, 0, CELLS));
    assertArrayEquals(all, LongStream.of(out).sorted().toArray());
    long marks = 0;
    for (long cell : all) {
      assertEquals(0, Memory.getLong(cell));
      marks += Memory.getLong(cell + 8);
    }
    assertTrue(marks > 0);
    assertEquals(0, stack.getOne());
    assertTrue(stack.put(all, 0, CELLS), "every node is back");
  }

  @Test
  void shouldHandEachOutToOneThreadAtATime() throws Exception {
    LockFreeStackBackend stack = stack(CELLS);
    long[] all = fill(stack);
    ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
    try {
      List<Future<?>> runs = new ArrayList<>();
      for (int id = 1; id <= WORKERS; id++) {
        int worker = id;
        runs.add(workers.submit(() -> work(stack, worker, 200_000)));
      }
      for (Future<?> run : runs) {
        run.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      }
    } finally {
      workers.shutdownNow();
      assertTrue(workers.awaitTermination(10, TimeUnit.SECONDS), "workers ended");
    }
    assertAllBack(stack, all);
  }

  /** A worker's JVM: file prefix, worker. */
  static final class Worker {
    public static void main(String[] arguments) {
      int id = Integer.parseInt(arguments[1]);
      try (SharedMemory memory = TestMemory.secondary(arguments[0], id)) {
        long address = MemZone.lookup(memory, "stack").address();
        work(new LockFreeStackBackend(address, null), id, 200_000);
        System.out.println("done");
      }
    }
  }

  @Test
  void shouldHandEachOutToOneJvmAtATime() {
    LockFreeStackBackend stack = stack(CELLS);
    long[] all = fill(stack);
    List<JavaProcess> workers = new ArrayList<>();
    try {
      for (int id = 1; id <= WORKERS; id++) {
        workers.add(JavaProcess.start(Worker.class, prefix, "" + id));
      }
      for (JavaProcess worker : workers) {
        worker.awaitLine("done", LIMIT);
        assertEquals(0, worker.awaitExit(LIMIT));
      }
    } finally {
      workers.forEach(JavaProcess::close);
    }
    assertAllBack(stack, all);
  }
}
