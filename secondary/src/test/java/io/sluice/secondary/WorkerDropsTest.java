package io.sluice.secondary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.platform.Burst;
import io.sluice.primary.Forwarder;
import io.sluice.primary.Forwarding;
import io.sluice.primary.ForwardingPort;
import io.sluice.primary.Primary;
import io.sluice.primary.WorkerState;
import io.sluice.ring.Ring;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A worker that is told to end while nobody takes what it has in hand. */
class WorkerDropsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int CAPACITY = 31;
  private static final int HELD = 20;
  private static final int LENGTH = 60;
  private static final int TERMINATED = 128 + 15;

  /** A primary that gives a worker more than the ring back holds, and takes nothing: prefix. */
  static final class GivesOnly {
    public static void main(String[] arguments) throws IOException {
      try (Primary primary =
          Primary.start(
              EalOptions.parse(
                  "--file-prefix", arguments[0], "--no-huge", "-m", "32", "--no-pci"))) {
        Mempool pool = PktmbufPool.create(primary.memory(), "packets", 255, 0, 0, 2176, -1);
        Burst none = (objects, offset, count) -> 0;
        Forwarder forwarder =
            new Forwarder(
                primary.memory(), 1, CAPACITY + 1, List.of(new ForwardingPort("p", none, none)));
        System.out.println("ready");
        Forwarding forwarding = forwarder.forwarding();
        await("a worker", () -> forwarding.state(0) == WorkerState.RUNNING);
        give(forwarding, pool, CAPACITY);
        await("a full ring", forwarding.out(0)::isFull);
        give(forwarding, pool, HELD);
        System.out.println("given");
        System.in.read();
      }
    }

    private static void give(Forwarding forwarding, Mempool pool, int count) {
      long[] mbufs = new long[count];
      assertEquals(count, Mbuf.allocBulk(pool, mbufs, 0, count));
      for (long mbuf : mbufs) {
        Mbuf.append(mbuf, LENGTH);
      }
      Ring ring = forwarding.in(0);
      assertEquals(count, ring.enqueueBulk(mbufs, 0, count));
      await("an empty ring", ring::isEmpty);
    }

    private static void await(String what, java.util.function.BooleanSupplier condition) {
      Await.until(what, LIMIT, condition, () -> "");
    }
  }

  @Test
  void shouldCountWhatAWorkerDropsWhenItEndsAndNoPrimaryTakesItsPackets() {
    String prefix = UniquePrefix.next();
    try (JavaProcess primary = JavaProcess.start(GivesOnly.class, prefix)) {
      primary.awaitLine("ready", LIMIT);
      try (JavaProcess worker =
          JavaProcess.start(
              SecondaryMain.class,
              List.of(),
              Worker.class.getName(),
              "--file-prefix",
              prefix,
              "--proc-type",
              "secondary",
              "--")) {
        primary.awaitLine("given", LIMIT);
        primary.kill();
        worker.signal("TERM");
        worker.awaitLine("worker 0: ipv4=0 .* other=" + (CAPACITY + HELD) + " .*drops=20$", LIMIT);
        assertEquals(TERMINATED, worker.awaitExit(LIMIT));
        assertTrue(worker.stdout().contains("done"), () -> String.join("\n", worker.stdout()));
      }
    }
  }
}
