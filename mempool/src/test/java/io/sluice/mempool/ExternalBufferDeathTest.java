package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.memzone.SharedMemory;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A process dies with an mbuf in hand whose buffer only one other process can free. */
@Tag("deaths")
class ExternalBufferDeathTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final List<String> FLAGS = List.of("-Dsluice.faults=true");
  private static final int SIZE = 63;

  @Test
  void shouldLeaveAnExternalBufferToAProcessThatCanFreeIt() {
    String own = UniquePrefix.next();
    String[] arguments = {own, "" + SIZE, "8", "256", "ring_mp_mc"};
    try (JavaProcess keeper = JavaProcess.start(PoolKeeper.class, FLAGS, arguments)) {
      keeper.awaitLine("ready", LIMIT);
      keeper.send("send");
      keeper.awaitLine("sent", LIMIT);
      try (SharedMemory here = TestMemory.secondary(own, PoolVictim.LCORE + 1)) {
        Mempool shared = Mempool.lookup(here, PoolVictim.POOL);
        try (JavaProcess victim =
            JavaProcess.start(PoolVictim.class, FLAGS, own, "" + PoolVictim.LCORE)) {
          victim.awaitLine("ready", LIMIT);
          victim.send("receive 1000");
          victim.awaitLine("done", LIMIT);
          keeper.signal("STOP");
        }
        // By this process, which has no callback: the mbuf without an external buffer is back.
        Await.until("one to be back", LIMIT, () -> shared.availCount() == SIZE - 1);
        keeper.signal("CONT");
        keeper.awaitLine("free " + PoolKeeper.OPAQUE, LIMIT);
        Await.until("the dead to be buried", LIMIT, () -> here.processTable().allAlive());
        assertEquals(SIZE, shared.availCount(), shared::dump);
      }
      keeper.send("count");
      keeper.awaitLine("got " + SIZE + " different " + SIZE, LIMIT);
    }
  }
}
