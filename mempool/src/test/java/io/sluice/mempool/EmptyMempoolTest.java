package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.memseg.Iova;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Protection;
import io.sluice.ring.Ring;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pools made in steps, and who hears of them: what mempool_autotest asserts of these. */
class EmptyMempoolTest {
  private static final int N = 63;
  private static final int ELT = 64;
  private static final MempoolConf CONF = MempoolConf.of(N, ELT);

  private static SharedMemory memory;

  private int blocks;
  private long bytes;

  @BeforeAll
  static void createMemory() {
    memory = TestMemory.primary();
    // The first ring that is less than protected brings a zone with it that stays.
    Ring.create(memory, "first", 8, -1, 0, Protection.OFF);
  }

  @AfterAll
  static void closeMemory() {
    memory.close();
  }

  @BeforeEach
  void countBlocks() {
    blocks = memory.heap(0).stats().allocCount();
    bytes = memory.heap(0).stats().allocSize();
  }

  @AfterEach
  void assertNothingLeaked() {
    assertEquals(blocks, memory.heap(0).stats().allocCount());
    assertEquals(bytes, memory.heap(0).stats().allocSize());
  }

  private static void assertErrno(Errno errno, Runnable call) {
    assertSame(errno, assertThrows(SluiceException.class, call::run).errno());
  }

  /** Bytes from one object to the next. */
  private static long distance() {
    ObjectSize sizes = ObjectSize.of(ELT, 0, 4, 1);
    return sizes.header() + sizes.elt() + sizes.trailer();
  }

  private static Set<Long> objectsOf(Mempool pool) {
    long[] objs = new long[N];
    assertEquals(N, pool.getBulk(objs, 0, N));
    pool.putBulk(objs, 0, N);
    Set<Long> distinct = new TreeSet<>();
    for (long obj : objs) {
      assertEquals(pool.address(), Mempool.fromObj(obj));
      distinct.add(obj);
    }
    return distinct;
  }

  @Test
  void shouldTakeTheStackWithoutALockForDpdksWithOne() {
    Mempool pool = Mempool.create(memory, "stack", CONF.withOps("stack"), p -> {}, null);
    assertEquals("lf_stack", pool.opsName());
    assertEquals(N, objectsOf(pool).size());
    pool.free(memory);
  }

  @Test
  void shouldBeFoundOnceItIsFinished() {
    for (String ops : List.of("ring_mp_mc", "ring_mt_hts", "lf_stack")) {
      for (Protection protection : Protection.values()) {
        MempoolConf conf = CONF.withCacheSize(8).withOps(ops).withProtection(protection);
        try (EmptyMempool empty = Mempool.createEmpty(memory, "steps", conf)) {
          assertEquals(0, empty.populatedSize());
          assertErrno(Errno.ENOMEM, () -> empty.finish(null));
          assertEquals(N, empty.populateDefault());
          assertEquals(0, empty.populateDefault(), "it has all");
          assertNull(Mempool.lookup(memory, "steps"));
          assertNull(Ring.lookup(memory, "MP_steps"));
          assertErrno(Errno.EEXIST, () -> Mempool.createEmpty(memory, "steps", conf));
          Mempool pool = empty.finish(null);
          assertEquals(protection == Protection.ON, pool.isProtected());
        }
        Mempool pool = Mempool.lookup(memory, "steps");
        assertEquals(ops, pool.opsName());
        pool.audit();
        assertEquals(N, objectsOf(pool).size());
        pool.free(memory);
        assertErrno(Errno.EINVAL, () -> pool.free(memory));
      }
    }
  }

  @Test
  void shouldLeaveNothingWhenItIsNotFinished() {
    try (EmptyMempool empty = Mempool.createEmpty(memory, "given up", CONF)) {
      assertEquals(N, empty.populateDefault());
    }
    assertErrno(
        Errno.EINVAL, () -> Mempool.createEmpty(memory, "bad ops", CONF.withOps("ring_of_fire")));
    assertNull(MemZone.lookup(memory, "MP_given up"));
    assertNull(MemZone.lookup(memory, "MP_given up_0"));
    assertNull(MemZone.lookup(memory, "MP_bad ops"));
  }

  @Test
  void shouldLayObjectsOutInMemoryOfTheCallers() {
    long third = N / 3 * distance();
    MemZone zone = MemZone.reserve(memory, "callers", 3 * third, -1, 0);
    try (EmptyMempool empty = Mempool.createEmpty(memory, "steps", CONF)) {
      assertEquals(64, empty.flags() & 64, "nothing for IO in an empty pool");
      assertEquals(N / 3, empty.populateIova(zone.address() + third, Iova.BAD, third));
      assertEquals(64, empty.flags() & 64, "nor with memory that has no IO address");
      assertEquals(N / 3, empty.populateIova(zone.address(), zone.iova(), third));
      assertEquals(0, empty.flags() & 64, "some may be for IO");
      assertEquals(N / 3, empty.populateIova(zone.address() + 2 * third, Iova.BAD, third));
      assertEquals(0, empty.flags() & 64, "some still may");
      assertEquals(0, empty.populateIova(zone.address(), zone.iova(), third), "it has all");
      Mempool pool = empty.finish(null);
      Set<Long> objects = objectsOf(pool);
      assertEquals(N, objects.size());
      int withIova = 0;
      for (long obj : objects) {
        assertTrue(obj > zone.address() && obj + ELT <= zone.address() + 3 * third);
        if (Mempool.virt2iova(obj) != Iova.BAD) {
          assertEquals(obj - zone.address(), Mempool.virt2iova(obj) - zone.iova());
          withIova++;
        }
      }
      assertEquals(N / 3, withIova);
      assertEquals(3, pool.memIter((p, address, iova, length) -> assertEquals(third, length)));
      pool.free(memory);
    }
    MemZone.free(memory, zone);
  }

  @Test
  void shouldTakeNoMemoryForIoWhereItNeedNotBeContiguous() {
    MemZone zone = MemZone.reserve(memory, "callers", 16 * distance(), -1, 0);
    MempoolConf conf = CONF.withFlags(Mempool.F_NO_IOVA_CONTIG);
    try (EmptyMempool empty = Mempool.createEmpty(memory, "steps", conf)) {
      assertEquals(16, empty.populateIova(zone.address(), zone.iova(), 16 * distance()));
      assertEquals(64, empty.flags() & 64);
    }
    MemZone.free(memory, zone);
  }

  @Test
  void shouldRefuseMemoryThatIsNoUse() {
    MemZone zone = MemZone.reserve(memory, "callers", 2 * distance(), -1, 0);
    try (EmptyMempool empty = Mempool.createEmpty(memory, "steps", CONF)) {
      assertErrno(
          Errno.EINVAL, () -> empty.populateIova(zone.address(), zone.iova(), distance() - 1));
      assertErrno(Errno.EINVAL, () -> empty.populateIova(zone.address(), zone.iova(), -5));
      assertErrno(Errno.EINVAL, () -> empty.populateIova(0, Iova.BAD, distance()));
      assertErrno(Errno.EINVAL, () -> empty.populateIova(1 << 20, Iova.BAD, distance()));
    }
    MemZone.free(memory, zone);
  }

  @Test
  void shouldRefuseAPoolBeyondTheMemoryThatThereIsWithoutTryingIt() {
    long pages = memory.memsegs().totalSize();
    SluiceException e =
        assertThrows(
            SluiceException.class,
            () -> PktmbufPool.create(memory, "huge", 500_000_000, 0, 0, 2176, -1));
    assertSame(Errno.ENOMEM, e.errno());
    assertTrue(
        e.getMessage().startsWith("mempool 'huge': no memory for 500000000 objects, 1"),
        e.getMessage());
    assertEquals(pages, memory.memsegs().totalSize());
  }

  /** Taking apart takes places in custody, of which there are 1024 for all processes. */
  @Test
  void shouldLeaveAPoolWholeThatCannotBeTakenApart() {
    Mempool pool = PktmbufPool.create(memory, "stays", N, 0, 0, 128, -1);
    Deque<Long> blocks = new ArrayDeque<>();
    assertThrows(
        IllegalStateException.class,
        () -> {
          while (true) {
            blocks.push(memory.heap(0).zmallocOwned(null, 64, 0));
          }
        });
    for (int places = 0; places < 4; places++) {
      try {
        pool.free(memory);
        assertTrue(places > 2, "with " + places + " places");
      } catch (IllegalStateException e) {
        Mempool found = Mempool.lookup(memory, "stays");
        found.audit();
        assertEquals(N, objectsOf(found).size());
        assertTrue(found.isProtected());
        assertEquals(N, Ring.lookup(memory, "MP_stays").count());
        assertNotNull(MemZone.lookup(memory, "MP_stays_0"));
      }
      memory.heap(0).free(blocks.pop());
    }
    assertNull(Mempool.lookup(memory, "stays"));
    blocks.forEach(memory.heap(0)::free);
  }

  private static final class Recorder implements BiConsumer<MempoolEvent, Mempool> {
    final List<String> events = new ArrayList<>();

    @Override
    public void accept(MempoolEvent event, Mempool pool) {
      assertEquals(N, objectsOf(pool).size(), "whole at each event");
      events.add(event + " " + pool.name());
    }
  }

  @Test
  void shouldTellListenersOfPoolsThatAreReadyAndOfThoseThatGo() {
    List<Recorder> listeners = List.of(new Recorder(), new Recorder(), new Recorder());
    listeners.forEach(MempoolEvents::register);
    assertErrno(Errno.EEXIST, () -> MempoolEvents.register(listeners.get(0)));
    assertErrno(Errno.ENOENT, () -> MempoolEvents.unregister(new Recorder()));
    Mempool first;
    try (EmptyMempool empty = Mempool.createEmpty(memory, "empty0", CONF)) {
      empty.populateDefault();
      listeners.forEach(listener -> assertEquals(List.of(), listener.events));
      first = empty.finish(null);
    }
    listeners.forEach(listener -> assertEquals(List.of("READY empty0"), listener.events));
    MempoolEvents.unregister(listeners.get(0));
    Mempool second = Mempool.create(memory, "empty1", CONF, address -> {}, null);
    first.free(memory);
    second.free(memory);
    assertEquals(List.of("READY empty0"), listeners.get(0).events);
    for (Recorder listener : listeners.subList(1, 3)) {
      assertEquals(
          List.of("READY empty0", "READY empty1", "DESTROY empty0", "DESTROY empty1"),
          listener.events);
      MempoolEvents.unregister(listener);
    }
  }

  @Test
  void shouldLetListenersComeAndGoWhileTheyAreCalled() {
    Recorder added = new Recorder();
    List<String> calls = new ArrayList<>();
    BiConsumer<MempoolEvent, Mempool> leaving =
        new BiConsumer<>() {
          @Override
          public void accept(MempoolEvent event, Mempool pool) {
            calls.add(event.toString());
            MempoolEvents.unregister(this);
            MempoolEvents.register(added);
          }
        };
    MempoolEvents.register(leaving);
    Mempool pool = Mempool.create(memory, "empty", CONF, address -> {}, null);
    assertEquals(List.of(), added.events, "from the next event on");
    pool.free(memory);
    assertEquals(List.of("READY"), calls);
    assertEquals(List.of("DESTROY empty"), added.events);
    MempoolEvents.unregister(added);
  }
}
