package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Ring;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every backend must do, with and without caches, as DPDK's {@code mempool_autotest} asserts.
 */
@ParameterizedClass(name = "{0}")
@ValueSource(
    strings = {
      "ring_mp_mc/0",
      "ring_mp_mc/32",
      "ring_sp_sc/0",
      "ring_sp_sc/32",
      "ring_mp_sc/0",
      "ring_mp_sc/32",
      "ring_sp_mc/0",
      "ring_sp_mc/32",
      "ring_mt_rts/0",
      "ring_mt_rts/32",
      "ring_mt_hts/0",
      "ring_mt_hts/32",
      "lf_stack/0",
      "lf_stack/32"
    })
class MempoolTest {
  private static final int N = 255;
  private static final int ELT = 200;

  private static SharedMemory memory;

  @Parameter String variant;

  private Mempool pool;
  private int cacheSize;

  @BeforeAll
  static void createMemory() {
    memory = TestMemory.primary();
  }

  @AfterAll
  static void closeMemory() {
    memory.close();
  }

  @BeforeEach
  void createPool() {
    String ops = variant.substring(0, variant.indexOf('/'));
    cacheSize = Integer.parseInt(variant.substring(variant.indexOf('/') + 1));
    pool =
        Mempool.create(
            memory,
            "pool",
            MempoolConf.of(N, ELT).withCacheSize(cacheSize).withPrivateSize(100).withOps(ops),
            p -> Memory.putLong(p, 77),
            (p, obj, index) -> {
              Memory.fill(obj, ELT, (byte) 0);
              Memory.putInt(obj, index);
            });
  }

  @AfterEach
  void freePool() {
    pool.free(memory);
    assertNull(Mempool.lookup(memory, "pool"));
    assertNull(MemZone.lookup(memory, "MP_pool"));
    assertNull(MemZone.lookup(memory, "MP_pool_0"));
    assertNull(Ring.lookup(memory, "MP_pool"));
  }

  @Test
  void shouldHoldEveryObjectOnceAndApart() {
    Set<Long> seen = new HashSet<>();
    int count =
        pool.objIter(
            (p, obj, index) -> {
              assertTrue(seen.add(obj));
              assertEquals(index, Memory.getInt(obj));
              assertEquals(0, obj % 64);
              assertEquals(pool.address(), Mempool.fromObj(obj));
              assertEquals(memory.heap(-1).virt2iova(obj), Mempool.virt2iova(obj));
            });
    assertEquals(N, count);
    long[] sorted = seen.stream().mapToLong(Long::longValue).sorted().toArray();
    for (int i = 1; i < sorted.length; i++) {
      assertTrue(sorted[i] - sorted[i - 1] >= ELT);
    }
    assertEquals(N, pool.availCount());
    assertEquals(0, pool.inUseCount());
    assertTrue(pool.isFull());
    assertEquals(77, Memory.getLong(pool.privateAddress()));
    assertEquals(128, pool.privateSize());
    assertEquals(variant, pool.opsName() + "/" + cacheSize);
    assertEquals(1, pool.memIter((p, address, iova, length) -> assertTrue(length >= N * ELT)));
    pool.audit();
  }

  @Test
  void shouldSpreadObjectsOverMemoryChannels() {
    int lines = (pool.headerSize() + pool.eltSize() + pool.trailerSize()) / 64;
    assertEquals(1, lines % 2, "an odd number of cache lines shares no factor with 4 channels");
  }

  @Test
  void shouldGiveEveryObjectOnceAndThenNone() {
    TestMemory.asLcore(
        3,
        () -> {
          Set<Long> got = new HashSet<>();
          for (int i = 0; i < N; i++) {
            long obj = pool.get();
            assertNotEquals(0, obj);
            assertTrue(got.add(obj));
            assertEquals(N - i - 1, pool.availCount());
          }
          assertEquals(0, pool.get());
          assertEquals(0, pool.getBulk(new long[4], 0, 4));
          assertTrue(pool.isEmpty());
          got.forEach(pool::put);
          assertTrue(pool.isFull());
        });
    pool.audit();
  }

  @Test
  void shouldGetBulkAllOrNothing() {
    TestMemory.asLcore(
        1,
        () -> {
          long[] objs = new long[N + 1];
          assertEquals(0, pool.getBulk(objs, 0, N + 1));
          assertEquals(N, pool.availCount());
          assertEquals(N - 10, pool.getBulk(objs, 5, N - 10));
          assertEquals(0, pool.getBulk(new long[11], 0, 11));
          assertEquals(10, pool.availCount());
          assertEquals(0, objs[4]);
          assertEquals(N - 10, Arrays.stream(objs).filter(obj -> obj != 0).distinct().count());
          pool.putBulk(objs, 5, N - 10);
          assertEquals(N, pool.availCount());
        });
  }

  @Test
  void shouldKeepWhatWasWrittenIntoObjectsInHand() {
    TestMemory.asLcore(
        2,
        () -> {
          long[] objs = new long[100];
          assertEquals(100, pool.getBulk(objs, 0, 100));
          for (long obj : objs) {
            Memory.fill(obj, ELT, (byte) (obj >> 6));
          }
          long[] others = new long[100];
          assertEquals(100, pool.getBulk(others, 0, 100));
          for (long obj : others) {
            Memory.fill(obj, ELT, (byte) 0xee);
          }
          pool.putBulk(others, 0, 100);
          for (long obj : objs) {
            for (int i = 0; i < ELT; i++) {
              assertEquals((byte) (obj >> 6), Memory.getByte(obj + i));
            }
          }
          pool.putBulk(objs, 0, 100);
        });
    assertTrue(pool.isFull());
  }

  @Test
  void shouldCacheWhatAnLcorePutsBack() {
    TestMemory.asLcore(
        5,
        () -> {
          long[] objs = new long[20];
          assertEquals(20, pool.getBulk(objs, 0, 20));
          pool.putBulk(objs, 0, 20);
          assertEquals(cacheSize > 0, cacheSize > 0 && pool.cacheCount(5) >= 20);
          long[] again = new long[20];
          assertEquals(20, pool.getBulk(again, 0, 20));
          if (cacheSize > 0) {
            Arrays.sort(objs);
            Arrays.sort(again);
            assertArrayEquals(objs, again, "the hot ones come back");
          }
          pool.putBulk(again, 0, 20);
          if (cacheSize > 0) {
            pool.flushCache(pool.defaultCache());
            assertEquals(0, pool.cacheCount(5));
          }
        });
    assertEquals(N, pool.commonCount());
  }

  @Test
  void shouldServeThreadsThatAreNoLcores() {
    long[] objs = new long[N];
    assertEquals(0, pool.defaultCache());
    assertEquals(N, pool.getBulk(objs, 0, N));
    assertEquals(0, pool.get());
    pool.putBulk(objs, 0, N - 1);
    pool.put(objs[N - 1]);
    assertTrue(pool.isFull());
  }

  @Test
  void shouldCountAndFlushNothingWhereThereIsNoCache() {
    pool.flushCache(0);
    pool.flushCache(pool.defaultCache());
    assertEquals(0, pool.cacheCount(0));
    assertEquals(0, pool.cacheCount(127));
    if (cacheSize > 0) {
      assertThrows(IndexOutOfBoundsException.class, () -> pool.cacheCount(128));
      assertThrows(IndexOutOfBoundsException.class, () -> pool.cacheCount(-1));
    }
    assertTrue(pool.isFull());
  }

  @Test
  void shouldWorkThroughACacheOfOnesOwn() {
    long cache = MempoolCache.create(memory, 16, -1);
    long[] objs = new long[64];
    for (int round = 0; round < 50; round++) {
      int n = 1 + round % 40;
      assertEquals(n, pool.getBulk(cache, objs, 0, n));
      pool.putBulk(cache, objs, 0, n);
      assertEquals(N, pool.commonCount() + Memory.getInt(cache + MempoolCacheLayout.LEN));
    }
    pool.flushCache(cache);
    assertTrue(pool.isFull());
    MempoolCache.free(memory, cache);
  }

  /** As {@code test_mempool_sp_sc}: one gets, and hands on to another that puts. */
  @Test
  void shouldServeOneThreadThatGetsAndOneThatPutsAtOnce() throws Exception {
    Handover handover = new Handover();
    FutureTask<Long> puts = new FutureTask<>(() -> handover.putAll(pool));
    Thread producer = new Thread(puts, "puts");
    producer.start();
    long got = handover.getAll(pool);
    assertEquals(got, puts.get(60, TimeUnit.SECONDS));
    assertEquals(N, pool.commonCount(), "no lcore, no cache");
    Set<Long> left = new HashSet<>();
    long[] objs = new long[N];
    assertEquals(N, pool.getBulk(objs, 0, N));
    for (long obj : objs) {
      assertTrue(left.add(obj));
      assertTrue(Memory.getInt(obj) >= 0 && Memory.getInt(obj) < N, "its index is as it was");
    }
    pool.putBulk(objs, 0, N);
    pool.audit();
  }

  /** Bursts of objects on their way from who got them to who puts them back. */
  private static final class Handover {
    private static final int BURSTS = 20_000;

    private final BlockingQueue<long[]> queue = new ArrayBlockingQueue<>(8);

    /** Objects in hand are numbered; they must not be another's. Gives their sum. */
    long getAll(Mempool pool) throws InterruptedException {
      SplittableRandom random = new SplittableRandom(pool.name().hashCode());
      long sum = 0;
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      for (int burst = 1; burst <= BURSTS; burst++) {
        long[] objs = new long[1 + random.nextInt(40)];
        while (pool.getBulk(objs, 0, objs.length) == 0) {
          assertTrue(System.nanoTime() - deadline < 0, pool::dump);
          Thread.onSpinWait();
        }
        for (long obj : objs) {
          assertEquals(0, Memory.getLong(obj + 8), "nobody else has it");
          Memory.putLong(obj + 8, burst);
          Memory.putLong(obj + ELT - 8, ~(long) burst);
          sum += burst;
        }
        assertTrue(queue.offer(objs, 60, TimeUnit.SECONDS));
      }
      assertTrue(queue.offer(new long[0], 60, TimeUnit.SECONDS));
      return sum;
    }

    long putAll(Mempool pool) throws InterruptedException {
      long sum = 0;
      while (true) {
        long[] objs = queue.poll(60, TimeUnit.SECONDS);
        if (objs.length == 0) {
          return sum;
        }
        for (long obj : objs) {
          assertEquals(Memory.getLong(obj + 8), ~Memory.getLong(obj + ELT - 8));
          sum += Memory.getLong(obj + 8);
          Memory.putLong(obj + 8, 0);
        }
        if (objs.length == 1) {
          pool.put(objs[0]);
        } else {
          pool.putBulk(objs, 0, objs.length);
        }
      }
    }
  }

  @Test
  void shouldRefuseAnObjectPutTwice() {
    long obj = pool.get();
    pool.put(obj);
    assertFalse(pool.isEmpty());
    // A ring of 256 slots takes no 256th; a stack of 255 nodes no 256th either.
    assertThrows(IllegalStateException.class, () -> pool.put(obj));
  }

  @Test
  void shouldBeFoundByNameAndDumped() {
    assertSame(pool, Mempool.lookup(memory, "pool"));
    assertSame(pool, Mempool.at(pool.address()));
    assertNull(Mempool.lookup(memory, "other"));
    String dump = pool.dump();
    assertTrue(dump.startsWith("mempool <pool>@0x" + Long.toHexString(pool.address())), dump);
    assertTrue(dump.contains("\n  size=255\n  populated_size=255\n  header_size=64\n"), dump);
    assertTrue(dump.contains("\n  ops_name: <" + pool.opsName() + ">\n"), dump);
    Set<String> names = new HashSet<>();
    Mempool.walk(memory, p -> names.add(p.name()));
    assertEquals(Set.of("pool"), names);
  }

  @Test
  void shouldSayWhetherADeviceMayUseTheObjects() {
    assertEquals(0, pool.flags() & 0x40);
    Mempool plain =
        Mempool.create(memory, "plain", 10, 64, 0, 0, null, -1, Mempool.F_NO_IOVA_CONTIG);
    assertEquals(0x40 | 0x10 | Mempool.F_NO_IOVA_CONTIG, plain.flags());
    plain.free(memory);
  }

  @Test
  void shouldRefuseWhatCannotBe() {
    assertRefused(Errno.EEXIST, "is there already", "pool", 10, 64, 0, 0);
    assertRefused(Errno.ENAMETOOLONG, "takes 1 to 25", "n".repeat(26), 10, 64, 0, 0);
    assertRefused(Errno.EINVAL, "n=0", "bad", 0, 64, 0, 0);
    assertRefused(Errno.EINVAL, "n=-1", "bad", -1, 64, 0, 0);
    assertRefused(Errno.EINVAL, "eltSize=0", "bad", 10, 0, 0, 0);
    assertRefused(Errno.EINVAL, "eltSize=2147483647", "bad", 10, Integer.MAX_VALUE, 0, 0);
    assertRefused(Errno.EINVAL, "cacheSize=513", "bad", 2000, 64, 513, 0);
    assertRefused(Errno.EINVAL, "it takes 0 to 66", "bad", 100, 64, 80, 0);
    assertRefused(Errno.EINVAL, "bits outside", "bad", 10, 64, 0, 1 << 20);
    assertNull(MemZone.lookup(memory, "MP_bad"));
  }

  private static void assertRefused(
      Errno errno, String line, String name, int n, int elt, int cache, int flags) {
    SluiceException error =
        assertThrows(
            SluiceException.class,
            () -> Mempool.create(memory, name, n, elt, cache, 0, null, -1, flags));
    assertEquals(errno, error.errno());
    assertTrue(error.getMessage().contains(line), error.getMessage());
    assertEquals(1, error.getMessage().lines().count());
    assertNotNull(Mempool.lookup(memory, "pool"));
  }
}
