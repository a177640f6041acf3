package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.ring.Ring;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.Victims;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A JVM on a primary of stock DPDK dies ahead of each store, beside another that lives: rings work
 * on for the C process, which has lost no more than what the dead one had in hand.
 */
@Tag("deaths")
@RequiresRoot
@RequiresCommand({"gcc", "pkg-config"})
@RequiresHugepages(kb = 2048, count = 128)
@Timeout(300)
class StockPrimaryDeathTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int MESSAGES = 100;

  @TempDir private static Path folder;

  private static Path program;

  @BeforeAll
  static void compile() throws IOException, InterruptedException {
    program = CProcess.compile(folder);
  }

  private static void awaitRecovery(SharedMemory memory) {
    Await.until("the dead to be recovered from", LIMIT, () -> memory.processTable().allAlive());
  }

  /** Mbufs each way, in order and whole. */
  private static void assertPasses(CPrimary primary, SharedMemory memory) throws IOException {
    Ring in = Ring.lookup(memory, "TO_JAVA");
    Ring out = Ring.lookup(memory, "FROM_JAVA");
    Mempool pool = Mempool.lookup(memory, "MBUFS");
    drain(in);
    drain(out);
    primary.tell("send " + MESSAGES);
    assertEquals("sent " + MESSAGES, primary.await("sent"));
    long[] mbufs = new long[MESSAGES];
    assertEquals(MESSAGES, in.dequeueBulk(mbufs, 0, MESSAGES), in::dump);
    for (int i = 0; i < MESSAGES; i++) {
      assertEquals(i, Memory.getLong(Mbuf.mtod(mbufs[i])));
    }
    Mbuf.freeBulk(mbufs, 0, MESSAGES);
    long[] both = new long[2];
    for (long number = 0; number < MESSAGES; number++) {
      assertEquals(2, Mbuf.allocBulk(pool, both, 0, 2), pool::dump);
      Memory.putLong(Mbuf.append(both[0], Long.BYTES), number);
      Memory.putLong(Mbuf.append(both[1], Long.BYTES), ~number);
      assertTrue(Mbuf.chain(both[0], both[1]));
      assertEquals(1, out.enqueueBulk(both, 0, 1), out::dump);
    }
    primary.tell("receive " + MESSAGES);
    assertEquals("received " + MESSAGES + " bad 0", primary.await("received"));
  }

  private static void drain(Ring ring) {
    long[] mbufs = new long[MESSAGES];
    Mbuf.freeBulk(mbufs, 0, ring.dequeueBurst(mbufs, 0, mbufs.length));
  }

  @ParameterizedTest
  @CsvSource({"0, enqueue", "0, dequeue", "HTS, enqueue", "HTS, dequeue"})
  void shouldLoseNoMoreThanWhatTheDeadOneHadInHand(String mode, String operation)
      throws IOException {
    int flags = mode.equals("HTS") ? Ring.MP_HTS_ENQ | Ring.MC_HTS_DEQ : 0;
    try (CPrimary primary = new CPrimary(program, flags, "0");
        SharedMemory memory = primary.attach();
        Victims victims = new Victims(StockVictim.class, primary.prefix)) {
      int deaths = 0;
      boolean completed = false;
      for (int nth = 1; !completed; nth++) {
        primary.tell("send " + 2 * StockVictim.COUNT);
        primary.await("sent");
        completed = victims.run(operation + " " + nth);
        deaths += completed ? 0 : 1;
        awaitRecovery(memory);
        assertPasses(primary, memory);
      }
      assertTrue(deaths >= 2, "died " + deaths + " times");
      primary.tell("state 0");
      String[] state = primary.await("state").split(" ");
      int lost = CProcess.POOL_SIZE - Integer.parseInt(state[2]);
      assertTrue(lost <= deaths * StockVictim.COUNT, deaths + " deaths lost " + lost);
      assertEquals("rings 0 0", String.join(" ", List.of(state).subList(3, state.length)));
    }
  }

  /** The primary, which ends, waits for one. */
  @Test
  void shouldFreeTheLocksOfOneThatDiedBeforeTheLastLeaves() throws IOException {
    try (CPrimary primary = new CPrimary(program, 0, "0");
        JavaProcess victim = JavaProcess.start(StockVictim.class, primary.prefix);
        SharedMemory last = primary.attach()) {
      victim.awaitLine("^ready", LIMIT);
      assertTrue(last.processTable().allAlive());
      victim.send("hold");
      victim.awaitLine("^holds", LIMIT);
      victim.kill();
    }
  }
}
