package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.ring.Ring;
import io.sluice.testing.Await;
import io.sluice.testing.HugepageMounts;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A secondary of stock DPDK on a primary of ours, whose protected pool and rings it uses. */
@RequiresRoot
@RequiresCommand({"gcc", "pkg-config"})
@RequiresHugepages(kb = 2048, count = 64)
@Timeout(180)
class StockSecondaryPoolTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int POOL_SIZE = CProcess.POOL_SIZE;
  private static final int GIVEN = 200;
  private static final int CACHED = 40;
  private static final int ROOM = 256;

  @TempDir private static Path folder;

  private static Path program;
  private static String opsIndex;

  private final String prefix = UniquePrefix.next();
  private final long[] mbufs = new long[POOL_SIZE];
  private SharedMemory memory;
  private Mempool pool;

  @BeforeAll
  static void compile() throws IOException, InterruptedException {
    program = CProcess.compile(folder);
    opsIndex = CSecondary.opsIndex(program);
  }

  @BeforeEach
  void start() throws IOException {
    String mount = HugepageMounts.of(2048).orElseThrow().toString();
    memory =
        TestMemory.primary(prefix, List.of("--mempool-ops-index", opsIndex, "--huge-dir", mount));
    pool = PktmbufPool.create(memory, "MBUFS", POOL_SIZE, 32, 0, ROOM, -1);
  }

  @AfterEach
  void end() {
    assertEquals(List.of(), memory.heap(-1).audit());
    memory.close();
  }

  private Ring makeRings(int flags) {
    Ring.create(memory, "TO_JAVA", 256, -1, flags);
    return Ring.create(memory, "FROM_JAVA", 256, -1, flags);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        Ring.SP_ENQ | Ring.SC_DEQ,
        Ring.MP_RTS_ENQ | Ring.MC_RTS_DEQ,
        Ring.MP_HTS_ENQ | Ring.MC_HTS_DEQ
      })
  void shouldPassMbufsBothWaysOverOurRings(int flags) throws IOException {
    Ring fromJava = makeRings(flags);
    try (CSecondary stock = new CSecondary(program, prefix)) {
      stock.tell("send " + StockTraffic.MESSAGES);
      StockTraffic.receive(Ring.lookup(memory, "TO_JAVA"));
      assertEquals("sent " + StockTraffic.MESSAGES, stock.await("sent"));
      stock.tell("receive " + StockTraffic.MESSAGES);
      StockTraffic.send(pool, fromJava);
      assertEquals("received " + StockTraffic.MESSAGES + " bad 0", stock.await("received"));
      stock.assertUnharmed();
    }
    assertTrue(pool.isFull(), pool::dump);
    pool.audit();
  }

  private JavaProcess giver(int lcore, int count, int given) {
    JavaProcess giver =
        JavaProcess.start(StockGiver.class, prefix, "" + lcore, "" + count, "" + given);
    giver.awaitLine("given", LIMIT);
    return giver;
  }

  /** Until what the dead process has left is put right. */
  private void killAndAwaitRecovery(JavaProcess process) {
    process.kill();
    Await.until("the recovery", LIMIT, () -> memory.processTable().allAlive());
  }

  private int takeAll() {
    int count = 0;
    while (count < POOL_SIZE && Mbuf.allocBulk(pool, mbufs, count, 1) == 1) {
      Memory.fill(Mbuf.mtod(mbufs[count]), Long.BYTES, (byte) 0x11);
      count++;
    }
    return count;
  }

  @Test
  void shouldLeaveItWhatAProcessHasGivenItAndDied() throws IOException {
    makeRings(0);
    try (CSecondary stock = new CSecondary(program, prefix)) {
      JavaProcess giver = giver(7, GIVEN, GIVEN);
      stock.tell("hold " + GIVEN);
      assertEquals("held " + GIVEN, stock.await("held"));
      killAndAwaitRecovery(giver);
      int others = takeAll();
      assertEquals(POOL_SIZE - GIVEN, others, pool::dump);
      stock.tell("drop 0");
      assertEquals("dropped " + GIVEN + " bad 0", stock.await("dropped"));
      Mbuf.freeBulk(mbufs, 0, others);
    }
    assertTrue(pool.isFull(), pool::dump);
    pool.audit();
  }

  @Test
  void shouldTakeBackWhatItHeldWhenBothAreDead() throws Exception {
    makeRings(0);
    try (CSecondary stock = new CSecondary(program, prefix)) {
      JavaProcess giver = giver(7, 2 * GIVEN, GIVEN);
      stock.tell("hold " + GIVEN);
      stock.await("held");
      killAndAwaitRecovery(giver);
      // What the dead one had in hand may be the C process's, for all that anybody can see.
      assertEquals(2 * GIVEN, pool.inUseCount(), pool::dump);
      stock.kill();
      Await.until("all mbufs", LIMIT, pool::isFull, pool::dump);
    }
    assertEquals(POOL_SIZE, takeAll());
    Mbuf.freeBulk(mbufs, 0, POOL_SIZE);
    pool.audit();
  }

  @Test
  void shouldOwnWhatItFindsInTheCacheOfItsLcore() throws IOException {
    Ring ring = makeRings(0);
    assertEquals(POOL_SIZE, takeAll());
    Mbuf.freeBulk(mbufs, 0, POOL_SIZE);
    try (CSecondary stock = new CSecondary(program, prefix)) {
      stock.tell("cache " + CACHED);
      assertTrue(stock.await("cached").matches("cached [1-9]\\d*"));
    }
    assertTrue(pool.cacheCount(CSecondary.LCORE) > 0);
    killAndAwaitRecovery(giver(CSecondary.LCORE, POOL_SIZE, GIVEN));
    assertEquals(GIVEN, pool.inUseCount(), pool::dump);
    assertEquals(GIVEN, ring.dequeueBulk(mbufs, 0, GIVEN));
    Mbuf.freeBulk(mbufs, 0, GIVEN);
    assertTrue(pool.isFull(), pool::dump);
    pool.audit();
  }
}
