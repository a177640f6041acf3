package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Memory;
import io.sluice.ring.Ring;
import java.time.Duration;

/** A million mbufs to a {@link CProcess}, or from it, with contents checked. */
final class StockTraffic {
  static final int MESSAGES = 1_000_000;

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int BURST = 32;

  private StockTraffic() {}

  /** Ends the test when the other side does nothing for too long. */
  static void requireProgress(long since, Ring ring) {
    if (System.nanoTime() - since > LIMIT.toNanos()) {
      throw new AssertionError("the C process does nothing more: " + ring.dump());
    }
    Thread.yield();
  }

  static void receive(Ring ring) {
    long[] burst = new long[BURST];
    long since = System.nanoTime();
    for (long number = 0; number < MESSAGES; ) {
      int n = ring.dequeueBurst(burst, 0, BURST);
      for (int i = 0; i < n; i++, number++) {
        assertEquals(number, Memory.getLong(Mbuf.mtod(burst[i])));
        assertEquals(Long.BYTES, Mbuf.pktLen(burst[i]));
        assertEquals((int) number, Mbuf.rssHash(burst[i]));
      }
      Mbuf.freeBulk(burst, 0, n);
      if (n == 0) {
        requireProgress(since, ring);
      }
    }
  }

  /** Packets of two segments each. */
  static void send(Mempool pool, Ring ring) {
    long[] both = new long[2];
    long since = System.nanoTime();
    for (long number = 0; number < MESSAGES; number++) {
      while (Mbuf.allocBulk(pool, both, 0, 2) == 0) {
        requireProgress(since, ring);
      }
      Memory.putLong(Mbuf.append(both[0], Long.BYTES), number);
      Memory.putLong(Mbuf.append(both[1], Long.BYTES), ~number);
      assertTrue(Mbuf.chain(both[0], both[1]));
      while (ring.enqueueBulk(both, 0, 1) == 0) {
        requireProgress(since, ring);
      }
    }
  }
}
