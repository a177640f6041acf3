package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.memseg.Heap;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.testing.Await;
import io.sluice.testing.EachStore;
import io.sluice.testing.UniquePrefix;
import io.sluice.testing.Victims;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A secondary dies ahead of {@link EachStore} of making a ring, or of freeing one, beside this
 * process, which makes and frees others: the ring is in the list and whole, or nothing of it is
 * there.
 */
@Tag("deaths")
class RingCreationDeathTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private Victims victims;
  private SharedMemory memory;
  private Heap heap;

  @BeforeEach
  void create() {
    String prefix = UniquePrefix.next();
    victims = new Victims(RingVictim.class, prefix, "secondary");
    memory =
        SharedMemory.create(
            EalOptions.parse("--file-prefix", prefix, "-m", "4", "--no-pci", "--no-huge"));
    heap = memory.heap(MemZone.SOCKET_ID_ANY);
    Ring.create(memory, RingVictim.RING, RingVictim.SLOTS, -1, 0);
  }

  @AfterEach
  void close() {
    victims.close();
    memory.close();
  }

  private boolean die(String operation, int nth) {
    return victims.run(operation + " " + nth + " 0 0");
  }

  /** The lists, zones and heap work at once, whatever the dead one had in hand. */
  private void assertOthersWork() {
    Ring ring = Ring.create(memory, "other", 8, -1, 0);
    assertEquals(1, ring.enqueueBulk(new long[] {1}, 0, 1));
    assertEquals(ring.address(), Ring.lookup(memory, "other").address());
    ring.free(memory);
    assertNull(Ring.lookup(memory, "other"));
    Await.until("the dead to be buried", LIMIT, () -> memory.processTable().allAlive());
  }

  /** Frees it if it is there, which it must be whole. */
  private boolean freeMade() {
    Ring ring = Ring.lookup(memory, RingVictim.MADE);
    if (ring == null) {
      assertNull(MemZone.lookup(memory, "RG_" + RingVictim.MADE));
      return false;
    }
    assertEquals(3, ring.capacity());
    long[] burst = {1, 2, 3};
    assertEquals(3, ring.enqueueBulk(burst, 0, 3), ring::dump);
    assertEquals(3, ring.dequeueBulk(burst, 0, 3), ring::dump);
    ring.free(memory);
    return true;
  }

  private void assertNothingLeaked(int blocks, long bytes, int nth) {
    assertEquals(List.of(), heap.audit(), () -> "death " + nth);
    assertEquals(blocks, heap.stats().allocCount(), () -> "death " + nth);
    assertEquals(bytes, heap.stats().allocSize(), () -> "death " + nth);
  }

  @Test
  void shouldMakeARingWholeOrNotAtAll() {
    int blocks = heap.stats().allocCount();
    long bytes = heap.stats().allocSize();
    boolean lived = false;
    int died = -1;
    for (int nth = EachStore.first(); !lived; nth += EachStore.STEP) {
      lived = die("ringCreate", nth);
      assertOthersWork();
      assertTrue(freeMade() || !lived);
      assertNothingLeaked(blocks, bytes, nth);
      died++;
    }
    assertTrue(died > 10, "died " + died + " times");
  }

  @Test
  void shouldFreeARingWholeOrNotAtAll() {
    int blocks = heap.stats().allocCount();
    long bytes = heap.stats().allocSize();
    boolean lived = false;
    int died = -1;
    for (int nth = EachStore.first(); !lived; nth += EachStore.STEP) {
      assertNotNull(Ring.create(memory, RingVictim.MADE, 4, -1, 0));
      lived = die("ringFree", nth);
      assertOthersWork();
      assertTrue(!freeMade() || !lived);
      assertNothingLeaked(blocks, bytes, nth);
      died++;
    }
    assertTrue(died > 10, "died " + died + " times");
  }
}
