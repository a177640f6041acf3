package io.sluice.memzone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.memseg.Heap;
import io.sluice.platform.Memory;
import io.sluice.testing.Await;
import io.sluice.testing.EachStore;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import io.sluice.testing.Victims;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A secondary dies ahead of {@link EachStore} of an operation in turn, with the locks of the config
 * that it had then, beside this process, which goes on at once: a zone or a block is there whole or
 * not at all, nothing is lost, and no lock stays taken.
 */
@Tag("deaths")
class LockDeathTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int KILLED = 128 + 9;

  /** In the middle of taking a block from the heap, with the zones' lock and the heap's. */
  private static final int HALFWAY = 30;

  /** So many stores or fewer undo what freeing a zone has done before it holds. */
  private static final int UNDOING = 8;

  private static final Pattern BUSY = Pattern.compile("at 0x([0-9a-f]+) \\(BUSY\\)");

  private String prefix;
  private SharedMemory memory;
  private Heap heap;

  @BeforeEach
  void create() {
    prefix = UniquePrefix.next();
    memory =
        SharedMemory.create(
            EalOptions.parse("--file-prefix", prefix, "-m", "4", "--no-pci", "--no-huge"));
    heap = memory.heap(MemZone.SOCKET_ID_ANY);
  }

  @AfterEach
  void close() {
    memory.close();
  }

  /** The headers of all blocks in use. */
  private Set<Long> blocks() {
    Set<Long> found = new HashSet<>();
    Matcher busy = BUSY.matcher(heap.dump());
    while (busy.find()) {
      found.add(Long.parseLong(busy.group(1), 16));
    }
    return found;
  }

  private long allocated() {
    return heap.stats().allocSize();
  }

  /** Uses whatever a dead process may have had the lock of. */
  private void assertWorks() {
    MemZone zone = MemZone.reserve(memory, "live", 5000, MemZone.SOCKET_ID_ANY, 0);
    for (long at = zone.address(); at < zone.address() + zone.length(); at += Long.BYTES) {
      assertEquals(0, Memory.getLong(at));
      Memory.putLong(at, -1);
    }
    assertEquals(zone.address(), MemZone.lookup(memory, "live").address());
    long block = heap.zmalloc(null, 300, 0);
    assertEquals(0, Memory.getLong(block));
    Memory.fill(block, 300, (byte) 7);
    MemZone.free(memory, zone);
    assertTrue(heap.free(block));
    assertNull(MemZone.lookup(memory, "live"));
  }

  private void awaitReaped() {
    Await.until("the dead to be buried", LIMIT, () -> memory.processTable().allAlive());
  }

  private interface Round {
    /** Prepares, has a victim do it, looks at what is there, cleans up; whether it lived on. */
    boolean run(Victims victims, long nth);
  }

  private void dieAtEachStore(Round round, String... more) {
    String[] arguments = new String[more.length + 1];
    arguments[0] = prefix;
    System.arraycopy(more, 0, arguments, 1, more.length);
    try (Victims victims = new Victims(ZoneVictim.class, arguments)) {
      victims.next().close();
      awaitReaped();
      Set<Long> before = blocks();
      long allocated = allocated();
      boolean lived = false;
      int died = -1;
      for (long nth = EachStore.first(); !lived; nth += EachStore.STEP) {
        long death = nth;
        lived = round.run(victims, nth);
        died++;
        assertEquals(List.of(), heap.audit(), () -> "death " + death);
        assertEquals(before, blocks(), () -> "death " + death);
        assertEquals(allocated, allocated(), () -> "death " + death);
      }
      assertTrue(died > 3, "died " + died + " times");
    }
  }

  private boolean reserve(Victims victims, long nth, long bytes) {
    boolean lived = victims.run(nth, "reserve", Long.toString(bytes));
    assertWorks();
    awaitReaped();
    MemZone zone = MemZone.lookup(memory, ZoneVictim.ZONE);
    assertTrue(zone != null || !lived);
    if (zone != null) {
      assertTrue(zone.length() >= bytes);
      assertEquals(0, Memory.getLong(zone.address()));
      MemZone.free(memory, zone);
    }
    return lived;
  }

  @Test
  void shouldReserveAZoneWholeOrNotAtAll() {
    dieAtEachStore((victims, nth) -> reserve(victims, nth, 64));
  }

  @Test
  void shouldFreeAZoneWholeOrNotAtAll() {
    dieAtEachStore(
        (victims, nth) -> {
          MemZone mine = MemZone.reserve(memory, ZoneVictim.ZONE, 64, -1, 0);
          Memory.putLong(mine.address(), 42);
          boolean lived = victims.run(nth, "free");
          assertWorks();
          awaitReaped();
          MemZone zone = MemZone.lookup(memory, ZoneVictim.ZONE);
          assertTrue(zone == null || !lived);
          if (zone != null) {
            assertEquals(mine.address(), zone.address());
            assertEquals(42, Memory.getLong(zone.address()));
            MemZone.free(memory, zone);
          }
          return lived;
        });
  }

  /** Has a victim do something with the heap; the blocks that are there then, but were not. */
  private Set<Long> onHeap(Victims victims, long nth, boolean[] lived, String... operation) {
    Set<Long> before = blocks();
    lived[0] = victims.run(nth, operation);
    assertWorks();
    awaitReaped();
    Set<Long> after = blocks();
    after.removeAll(before);
    return after;
  }

  private void freeHeader(long header) {
    long end = header + 4096;
    for (long data = header + 128; data < end; data += 64) {
      if (heap.free(data)) {
        return;
      }
    }
    throw new AssertionError("no block at 0x" + Long.toHexString(header));
  }

  @Test
  void shouldAllocateABlockWholeOrNotAtAll() {
    boolean[] lived = {false};
    dieAtEachStore(
        (victims, nth) -> {
          Set<Long> found = onHeap(victims, nth, lived, "malloc", "64", "256");
          assertTrue(found.size() == 1 || !lived[0] && found.isEmpty());
          found.forEach(this::freeHeader);
          return lived[0];
        });
  }

  @Test
  void shouldBearWhoPutsThingsRightToDieAtIt() {
    boolean[] lived = {false};
    dieAtEachStore(
        (victims, nth) -> {
          Set<Long> before = blocks();
          try (JavaProcess first = victims.next();
              JavaProcess second = victims.next()) {
            first.send(HALFWAY + " reserve 64");
            assertEquals(KILLED, first.awaitExit(LIMIT));
            // Ahead of the reapers, most of the time.
            second.send(nth + " malloc 64 0");
            lived[0] = second.awaitExitOrLine("^done ", LIMIT);
          }
          assertWorks();
          awaitReaped();
          assertNull(MemZone.lookup(memory, ZoneVictim.ZONE));
          Set<Long> found = blocks();
          found.removeAll(before);
          assertTrue(found.size() == 1 || !lived[0] && found.isEmpty());
          found.forEach(this::freeHeader);
          return lived[0];
        });
  }

  /** Three blocks in a row; the outer ones are freed, so that the inner one touches free memory. */
  private long between() {
    long first = heap.malloc(null, 512, 0);
    long inner = heap.malloc(null, 512, 0);
    long last = heap.malloc(null, 512, 0);
    heap.free(first);
    heap.free(last);
    Memory.putLong(inner, 42);
    return inner;
  }

  @Test
  void shouldFreeABlockWholeOrNotAtAll() {
    boolean[] lived = {false};
    dieAtEachStore(
        (victims, nth) -> {
          long block = between();
          onHeap(victims, nth, lived, "unmalloc", Long.toString(block));
          boolean there = heap.validate(block) > 0;
          assertTrue(!there || !lived[0]);
          if (there) {
            assertEquals(42, Memory.getLong(block));
            assertTrue(heap.free(block));
          }
          return lived[0];
        });
  }

  @Test
  void shouldGrowABlockInItsPlaceOrNotAtAll() {
    boolean[] lived = {false};
    dieAtEachStore(
        (victims, nth) -> {
          long block = between();
          onHeap(victims, nth, lived, "realloc", Long.toString(block), "640");
          assertEquals(42, Memory.getLong(block));
          assertTrue(heap.validate(block) >= (lived[0] ? 640 : 512));
          assertTrue(heap.free(block));
          return lived[0];
        });
  }

  @Test
  void shouldHaveABlockThatMovesInOnePlaceAlone() {
    boolean[] lived = {false};
    dieAtEachStore(
        (victims, nth) -> {
          long block = heap.malloc(null, 64, 0);
          Memory.putLong(block, 42);
          long behind = heap.malloc(null, 64, 0);
          Set<Long> found = onHeap(victims, nth, lived, "realloc", Long.toString(block), "128");
          boolean here = heap.validate(block) > 0;
          assertEquals(here ? 0 : 1, found.size());
          if (here) {
            assertEquals(42, Memory.getLong(block));
            heap.free(block);
          }
          found.forEach(header -> assertEquals(42, Memory.getLong(header + 128)));
          found.forEach(this::freeHeader);
          heap.free(behind);
          return lived[0];
        });
  }

  @Test
  void shouldGrowTheHeapForASecondaryThatDies() {
    dieAtEachStore((victims, nth) -> reserve(victims, nth, 6 << 20));
  }

  @Test
  void shouldAttachAndDetachWholeOrNotAtAll() {
    dieAtEachStore(
        (victims, nth) -> {
          boolean lived = victims.run(nth, "comeAndGo");
          assertWorks();
          awaitReaped();
          int[] processes = {0};
          memory.processTable().forEach(entry -> processes[0]++);
          // Those that wait to come have not come yet.
          assertEquals(1, processes[0]);
          return lived;
        },
        "comeAndGo");
  }

  @Test
  void shouldFreeWhatAProcessAskedToBeItsOwnWhereverItDies() {
    dieAtEachStore(
        (victims, nth) -> {
          boolean lived = victims.run(nth, "own", "64");
          assertWorks();
          awaitReaped();
          assertNull(MemZone.lookup(memory, ZoneVictim.ZONE));
          return lived;
        });
  }

  /** The second has begun to undo what the first had done to its own zone, and not finished. */
  @Test
  void shouldFreeWhatWasADeadProcesssOwnThoughWhoTookOverItsLockIsDeadToo() {
    boolean[] lived = {false};
    dieAtEachStore(
        (victims, nth) -> {
          try (JavaProcess first = victims.next();
              JavaProcess second = victims.next()) {
            int store = 1 + ThreadLocalRandom.current().nextInt(UNDOING);
            // Nobody recovers from the first before the second is dead.
            memory
                .processTable()
                .recover(
                    () -> {
                      first.send(nth + " freeOwn 64");
                      lived[0] = first.awaitExitOrLine("^done ", LIMIT);
                      second.send(store + " hold");
                      second.awaitExitOrLine("^done ", LIMIT);
                      first.kill();
                      second.kill();
                      return true;
                    });
          }
          assertWorks();
          awaitReaped();
          assertNull(MemZone.lookup(memory, ZoneVictim.ZONE));
          return lived[0];
        });
  }

  @Test
  void shouldLetOthersFreeWhatIsAProcesssOwn() {
    try (Victims victims = new Victims(ZoneVictim.class, prefix);
        JavaProcess owner = victims.next()) {
      Set<Long> before = blocks();
      owner.send("1000000 own 64");
      long block = Long.parseLong(owner.awaitLine("^done (\\d+)", LIMIT).group(1));
      MemZone.free(memory, MemZone.lookup(memory, ZoneVictim.ZONE));
      assertTrue(heap.free(block));
      assertEquals(before, blocks());
      MemZone zone = MemZone.reserve(memory, ZoneVictim.ZONE, 64, -1, 0);
      long other = heap.malloc(null, 64, 0);
      owner.kill();
      awaitReaped();
      assertEquals(zone.address(), MemZone.lookup(memory, ZoneVictim.ZONE).address());
      assertTrue(heap.free(other));
      MemZone.free(memory, zone);
      assertEquals(before, blocks());
    }
  }

  @Test
  void shouldNotRobAProcessThatIsStoppedWithALock() throws Exception {
    try (Victims victims = new Victims(ZoneVictim.class, prefix);
        JavaProcess stopped = victims.next()) {
      stopped.send("1000 hold");
      stopped.awaitLine("^done", LIMIT);
      stopped.signal("STOP");
      Thread waiter = new Thread(() -> MemZone.lookup(memory, "none"));
      waiter.setDaemon(true);
      waiter.start();
      // A wrong recovery would have been done by then; a right wait cannot fail here.
      waiter.join(300);
      assertTrue(waiter.isAlive());
      stopped.kill();
      waiter.join(LIMIT.toMillis());
      assertFalse(waiter.isAlive());
      assertWorks();
    }
  }
}
