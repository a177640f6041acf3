package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.memseg.Heap;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Ring;
import io.sluice.testing.Await;
import io.sluice.testing.EachStore;
import io.sluice.testing.UniquePrefix;
import io.sluice.testing.Victims;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A secondary dies ahead of {@link EachStore} of making a pool, or of freeing one, beside this
 * process, which makes and frees others: the pool is in the list and whole, or nothing of it is
 * there.
 */
@Tag("deaths")
class PoolCreationDeathTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** A pool takes several times as many stores as other things of which each sixth is tried. */
  private static final int STEP = EachStore.STEP == 1 ? 1 : 7 * EachStore.STEP + 1;

  private Victims victims;
  private SharedMemory memory;
  private Heap heap;

  @BeforeEach
  void create() {
    String prefix = UniquePrefix.next();
    // Several are there at once, each as another lcore.
    victims =
        new Victims(
            PoolVictim.class,
            index -> new String[] {prefix, "" + (PoolVictim.LCORE + index % Victims.AT_ONCE)});
    memory = TestMemory.primary(prefix);
    heap = memory.heap(MemZone.SOCKET_ID_ANY);
    PktmbufPool.create(memory, PoolVictim.POOL, 15, 0, 0, 128, -1);
    Ring.create(memory, PoolVictim.RING, 16, -1, 0);
  }

  @AfterEach
  void close() {
    victims.close();
    memory.close();
  }

  private void assertOthersWork() {
    Mempool pool = PktmbufPool.create(memory, "other", 7, 0, 0, 128, -1);
    long mbuf = Mbuf.alloc(pool);
    assertEquals(pool.address(), Mbuf.pool(mbuf));
    Mbuf.free(mbuf);
    pool.free(memory);
    Await.until("the dead to be buried", LIMIT, () -> memory.processTable().allAlive());
  }

  /** Frees it if it is there, which it must be whole. */
  private boolean freeMade() {
    Mempool pool = Mempool.lookup(memory, PoolVictim.MADE);
    if (pool == null) {
      assertNull(Ring.lookup(memory, "MP_" + PoolVictim.MADE));
      assertNull(MemZone.lookup(memory, "MP_" + PoolVictim.MADE));
      assertNull(MemZone.lookup(memory, "MP_" + PoolVictim.MADE + "_0"));
      return false;
    }
    pool.audit();
    assertTrue(pool.isFull() && pool.isProtected(), pool::dump);
    long[] mbufs = new long[PoolVictim.MADE_SIZE];
    assertEquals(mbufs.length, Mbuf.allocBulk(pool, mbufs, 0, mbufs.length));
    Arrays.stream(mbufs).forEach(mbuf -> assertNull(MbufCheck.check(mbuf, true)));
    Mbuf.freeBulk(mbufs, 0, mbufs.length);
    pool.free(memory);
    return true;
  }

  private void assertNothingLeaked(int blocks, long bytes, int nth) {
    assertEquals(List.of(), heap.audit(), () -> "death " + nth);
    assertEquals(blocks, heap.stats().allocCount(), () -> "death " + nth);
    assertEquals(bytes, heap.stats().allocSize(), () -> "death " + nth);
  }

  private void dieAgainAndAgain(String operation, boolean making) {
    int blocks = heap.stats().allocCount();
    long bytes = heap.stats().allocSize();
    boolean lived = false;
    int died = -1;
    for (int nth = EachStore.first(); !lived; nth += STEP) {
      if (!making) {
        PktmbufPool.create(memory, PoolVictim.MADE, PoolVictim.MADE_SIZE, 0, 0, 128, -1);
      }
      lived = victims.run(operation + " " + nth);
      assertOthersWork();
      assertTrue(freeMade() == making || !lived);
      assertNothingLeaked(blocks, bytes, nth);
      died++;
    }
    assertTrue(died > 5, "died " + died + " times");
  }

  @Test
  void shouldMakeAPoolWholeOrNotAtAll() {
    dieAgainAndAgain("makePool", true);
  }

  @Test
  void shouldFreeAPoolWholeOrNotAtAll() {
    dieAgainAndAgain("freePool", false);
  }
}
