package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What the audit says of pools that somebody has damaged; each is put right again. */
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"ring_mp_mc", "ring_sp_sc", "lf_stack", "stack"})
class MempoolAuditTest {
  private static final int N = 63;
  private static final int LCORE = 3;

  private static SharedMemory memory;

  @Parameter String ops;

  private Mempool pool;
  private final List<Long> objects = new ArrayList<>();

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
    MempoolConf conf = MempoolConf.of(N, 128).withCacheSize(16).withOps(ops);
    pool = Mempool.create(memory, "audited", conf, p -> {}, (p, obj, index) -> objects.add(obj));
    pool.audit();
  }

  @AfterEach
  void freePool() {
    pool.audit();
    pool.free(memory);
  }

  private void assertSays(String what) {
    IllegalStateException wrong = assertThrows(IllegalStateException.class, pool::audit);
    assertTrue(wrong.getMessage().startsWith("mempool audited: "), wrong.getMessage());
    assertTrue(wrong.getMessage().contains(what), wrong.getMessage());
    assertEquals(1, wrong.getMessage().lines().count());
  }

  private static String hex(long address) {
    return "0x" + Long.toHexString(address);
  }

  private void assertSaysOfWord(long address, long damaged, String what) {
    long sound = Memory.getLong(address);
    Memory.putLong(address, damaged);
    try {
      assertSays(what);
    } finally {
      Memory.putLong(address, sound);
    }
  }

  private void assertSaysOfInt(long address, int damaged, String what) {
    int sound = Memory.getInt(address);
    Memory.putInt(address, damaged);
    try {
      assertSays(what);
    } finally {
      Memory.putInt(address, sound);
    }
  }

  private static long header(long object) {
    return object - MempoolObjHdrLayout.SIZEOF;
  }

  @Test
  void shouldFindNothingWhileObjectsAreInHandAndInCaches() {
    long[] held = new long[20];
    assertEquals(20, pool.getBulk(held, 0, 20));
    TestMemory.asLcore(LCORE, () -> pool.put(pool.get()));
    assertTrue(pool.cacheCount(LCORE) > 0);
    pool.audit();
    pool.putBulk(held, 0, 20);
  }

  @Test
  void shouldNameAnObjectWhoseHeaderNamesAnotherPool() {
    long object = objects.get(7);
    assertSaysOfWord(
        header(object) + MempoolObjHdrLayout.MP,
        0x4711,
        "object 7 at " + hex(object) + " names pool 0x4711");
  }

  @Test
  void shouldNotFollowAListThatLeavesThePoolsMemory() {
    long next = header(objects.get(7)) + MempoolObjHdrLayout.NEXT;
    assertSaysOfWord(next, 0x10, "object 8 at 0x28 lies outside its memory");
    assertSaysOfWord(next, header(objects.get(8)) + 4, "lies outside its memory");
  }

  @Test
  void shouldSeeAListThatEndsTooSoonOrNever() {
    long next = header(objects.get(7)) + MempoolObjHdrLayout.NEXT;
    assertSaysOfWord(next, 0, "size=63, but its list has 8");
    assertSaysOfWord(next, header(objects.get(3)), "or comes back to where it was");
    long last = header(objects.get(N - 1)) + MempoolObjHdrLayout.NEXT;
    assertSaysOfWord(last, header(objects.get(0)), "goes on behind its size=63");
  }

  @Test
  void shouldSeeASizeThatIsNotTheListsOwn() {
    long size = pool.address() + MempoolLayout.SIZE;
    Memory.putInt(size, N + 1);
    try {
      // A handle keeps the size that it found, as C's does not: another process meets the pool so.
      Mempool other = new Mempool(pool.address(), pool.backend(), null);
      IllegalStateException wrong = assertThrows(IllegalStateException.class, other::audit);
      assertEquals("mempool audited: size=64, but its list has 63", wrong.getMessage());
    } finally {
      Memory.putInt(size, N);
    }
  }

  @Test
  void shouldSeeACacheThatIsLongerThanItCanBe() {
    long cache = pool.address() + MempoolLayout.SIZEOF + (long) LCORE * MempoolCacheLayout.SIZEOF;
    long len = cache + MempoolCacheLayout.LEN;
    assertSaysOfInt(len, 1025, "the cache of lcore 3 has len=1025");
    assertSaysOfInt(len, -1, "the cache of lcore 3 has len=-1");
  }

  @Test
  void shouldNameAnObjectThatIsInThePoolTwice() {
    long first = pool.get();
    long second = pool.get();
    pool.put(first);
    pool.put(first);
    assertSays("it has 1 objects twice, as " + hex(first) + "; ");
    takeOut(first);
    pool.put(second);
  }

  @Test
  void shouldNameAnObjectThatIsInACacheAndInThePool() {
    long first = pool.get();
    long second = pool.get();
    TestMemory.asLcore(LCORE, () -> pool.put(first));
    assertEquals(1, pool.cacheCount(LCORE));
    pool.put(first);
    assertSays("it has 1 objects twice, as " + hex(first) + "; ");
    TestMemory.asLcore(LCORE, () -> assertEquals(first, pool.get()));
    pool.put(second);
  }

  @Test
  void shouldNameWhatIsInThePoolAndNoObjectOfIt() {
    long own = pool.get();
    Mempool other = Mempool.create(memory, "other", 8, 128, 0, 0, null, -1, 0);
    long foreign = other.get();
    assertTrue(pool.backend().putOne(foreign));
    assertSays("it holds " + hex(foreign) + ", which is none of its objects");
    takeOut(foreign);
    pool.put(own);
    other.put(foreign);
    other.free(memory);
  }

  /** Takes one such out of the pool; the others stay. */
  private void takeOut(long object) {
    long[] all = new long[N];
    assertEquals(N, pool.getBulk(all, 0, N));
    boolean found = false;
    for (long each : all) {
      if (each == object && !found) {
        found = true;
      } else {
        assertTrue(pool.backend().putOne(each));
      }
    }
    assertTrue(found);
  }
}
