package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.ring.Ring;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pools that several JVMs get from and put into at once, find, and see come and go. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AbstractMempoolAcrossJvmsTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final int N = 255;
  private static final int WORKERS = 2;
  private static final int ROUNDS = 50_000;

  private SharedMemory memory;
  private List<JavaProcess> workers;

  /** Options that say on which pages the memory lies; none for hugepages. */
  abstract List<String> pages();

  @BeforeAll
  void startWorkers() {
    String prefix = UniquePrefix.next();
    memory = TestMemory.primary(prefix, pages());
    assertEquals(pages().isEmpty(), memory.isHugepageBacked());
    workers = new ArrayList<>();
    for (int worker = 1; worker <= WORKERS; worker++) {
      List<String> arguments = new ArrayList<>(List.of(prefix, "" + (worker + 4)));
      arguments.addAll(pages());
      workers.add(JavaProcess.start(Worker.class, arguments.toArray(String[]::new)));
    }
    workers.forEach(worker -> worker.awaitLine("ready", LIMIT));
  }

  @AfterAll
  void stopWorkers() {
    workers.forEach(JavaProcess::close);
    memory.close();
  }

  /** A secondary that is one lcore, with commands from its input: file prefix, lcore, options. */
  static final class Worker {
    public static void main(String[] arguments) {
      int lcore = Integer.parseInt(arguments[1]);
      List<String> pages = List.of(arguments).subList(2, arguments.length);
      try (SharedMemory memory = TestMemory.secondary(arguments[0], lcore, pages);
          Scanner lines = new Scanner(System.in, StandardCharsets.UTF_8)) {
        System.out.println("ready");
        TestMemory.asLcore(
            lcore,
            () -> {
              while (lines.hasNextLine()) {
                String[] words = lines.nextLine().split(" ");
                System.out.println("answer " + answer(memory, lcore, words[0], words[1]));
              }
            });
      }
    }

    private static String answer(SharedMemory memory, int lcore, String command, String name) {
      Mempool pool = Mempool.lookup(memory, name);
      if (command.equals("await")) {
        return await(memory, name);
      }
      if (pool == null) {
        return "none";
      }
      switch (command) {
        case "work":
          work(pool, lcore);
          return "done";
        case "flush":
          pool.flushCache(pool.defaultCache());
          return "done";
        case "dump":
          return pool.dump().replace('\n', '|');
        case "hold":
          return "" + pool.getBulk(new long[10], 0, 10);
        case "receive":
          long obj = Ring.lookup(memory, "objects").dequeue();
          Mbuf.free(obj);
          return "" + pool.cacheCount(lcore);
        default:
          throw new IllegalArgumentException(command);
      }
    }

    /** Waits for a pool by looking it up, and looks at all it holds at once. */
    private static String await(SharedMemory memory, String name) {
      Mempool pool = null;
      while (pool == null) {
        pool = Mempool.lookup(memory, name);
      }
      long[] objs = new long[pool.size()];
      int got = pool.getBulk(0, objs, 0, objs.length);
      int bad = 0;
      for (int i = 0; i < got; i++) {
        bad += Memory.getInt(objs[i]) == 4711 ? 0 : 1;
      }
      pool.putBulk(0, objs, 0, got);
      return got + " bad " + bad;
    }

    /** Each object in hand is this lcore's alone. */
    private static void work(Mempool pool, int lcore) {
      SplittableRandom random = new SplittableRandom(lcore);
      long[] objs = new long[60];
      for (int round = 0; round < ROUNDS; round++) {
        int n = 1 + random.nextInt(objs.length);
        if (n == 1) {
          objs[0] = pool.get();
        }
        if (n == 1 ? objs[0] == 0 : pool.getBulk(objs, 0, n) == 0) {
          Thread.yield();
          continue;
        }
        for (int i = 0; i < n; i++) {
          check(Memory.getLong(objs[i] + 8) == 0, "is another's");
          Memory.putLong(objs[i] + 8, lcore);
        }
        for (int i = 0; i < n; i++) {
          check(Memory.getLong(objs[i] + 8) == lcore, "was taken by another");
          Memory.putLong(objs[i] + 8, 0);
        }
        if (n == 1) {
          pool.put(objs[0]);
        } else {
          pool.putBulk(objs, 0, n);
        }
      }
    }

    private static void check(boolean holds, String what) {
      if (!holds) {
        throw new IllegalStateException("an object in hand " + what);
      }
    }
  }

  private String ask(int worker, String command, String pool) {
    workers.get(worker).send(command + " " + pool);
    return answer(worker);
  }

  private String answer(int worker) {
    return workers.get(worker).awaitLine("^answer (.*)$", LIMIT).group(1);
  }

  private Mempool create(String name, int cacheSize, String ops) {
    return Mempool.create(
        memory,
        name,
        MempoolConf.of(N, 64).withCacheSize(cacheSize).withOps(ops),
        p -> {},
        (p, obj, index) -> Memory.putInt(obj, 4711));
  }

  @ParameterizedTest(name = "{0} cache {1}")
  @CsvSource({
    "ring_mp_mc, 0", "ring_mp_mc, 32", "ring_mt_rts, 0", "ring_mt_rts, 32",
    "ring_mt_hts, 0", "ring_mt_hts, 32", "lf_stack, 0", "lf_stack, 32"
  })
  void shouldGiveEachObjectToOneProcessAtATime(String ops, int cacheSize) {
    Mempool pool = create("shared", cacheSize, ops);
    workers.forEach(worker -> worker.send("work shared"));
    for (int worker = 0; worker < WORKERS; worker++) {
      assertEquals("done", answer(worker));
    }
    assertEquals(N, pool.availCount(), "what lies in others' caches counts");
    assertEquals(N - pool.cacheCount(5) - pool.cacheCount(6), pool.commonCount());
    pool.audit();
    assertEquals(pool.dump().replace('\n', '|'), ask(0, "dump", "shared"));
    for (int worker = 0; cacheSize > 0 && worker < WORKERS; worker++) {
      assertTrue(pool.cacheCount(5 + worker) > 0);
      assertEquals("done", ask(worker, "flush", "shared"));
      assertEquals(0, pool.cacheCount(5 + worker));
    }
    assertEquals(N, pool.commonCount());
    long[] objs = new long[N];
    assertEquals(N, pool.getBulk(objs, 0, N));
    assertEquals(N, java.util.Arrays.stream(objs).distinct().count());
    assertEquals("0", ask(0, "hold", "shared"), "none is left for the others");
    pool.putBulk(objs, 0, N);
    pool.free(memory);
    assertEquals("none", ask(0, "dump", "shared"));
  }

  @Test
  void shouldBeFoundOnlyWhenEachObjectIsInitialized() {
    workers.get(0).send("await slow");
    Mempool pool =
        Mempool.create(
            memory,
            "slow",
            N,
            64,
            0,
            0,
            (p, obj, index) -> {
              assertNull(Mempool.lookup(memory, "slow"), "not yet");
              Memory.putInt(obj, 4711);
            },
            -1,
            0);
    assertEquals(N + " bad 0", answer(0));
    pool.free(memory);
  }

  @Test
  void shouldFollowAPoolThatWasMadeAnewWithAnotherShape() {
    Ring objects = Ring.create(memory, "objects", 64, -1, 0);
    String[] ops = {"ring_mp_mc", "lf_stack", "ring_mt_hts", "ring_mp_mc"};
    for (int round = 0; round < ops.length; round++) {
      int cacheSize = round % 2 == 0 ? 0 : 8;
      Mempool pool =
          PktmbufPool.create(memory, "anew", 60 + round, cacheSize, 0, 256, -1, ops[round]);
      assertEquals(pool.dump().replace('\n', '|'), ask(0, "dump", "anew"));
      assertTrue(objects.enqueue(Mbuf.alloc(pool)));
      assertEquals(cacheSize == 0 ? "" + pool.cacheCount(5) : "1", ask(0, "receive", "anew"));
      Await.until("it is back", LIMIT, pool::isFull, pool::dump);
      assertNull(MbufCheck.check(first(pool), true));
      pool.free(memory);
    }
    objects.free(memory);
  }

  private static long first(Mempool pool) {
    long[] first = new long[1];
    pool.objIter((p, obj, index) -> first[0] = index == 0 ? obj : first[0]);
    return first[0];
  }

  @Test
  void shouldLeaveNothingWhenAnInitializerFails() {
    int before = memory.heap(0).stats().allocCount();
    for (int i = 0; i < 3; i++) {
      IllegalStateException error =
          assertThrows(
              IllegalStateException.class,
              () ->
                  Mempool.create(
                      memory,
                      "fails",
                      N,
                      64,
                      0,
                      0,
                      (p, obj, index) -> {
                        if (index == 100) {
                          throw new IllegalStateException("object 100");
                        }
                      },
                      -1,
                      0));
      assertEquals("object 100", error.getMessage());
    }
    assertNull(Mempool.lookup(memory, "fails"));
    assertNull(Ring.lookup(memory, "MP_fails"));
    assertEquals(before, memory.heap(0).stats().allocCount());
  }
}
