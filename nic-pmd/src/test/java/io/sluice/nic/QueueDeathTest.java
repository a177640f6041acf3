package io.sluice.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.StoreFaults;
import io.sluice.testing.Await;
import io.sluice.testing.UniquePrefix;
import io.sluice.testing.Victims;
import java.time.Duration;
import java.util.Scanner;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Secondaries die one after the other ahead of each store of taking a queue pair, receiving and
 * sending on it, and giving it back, beside this primary, which uses another queue all the time.
 */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("deaths")
class QueueDeathTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int MBUFS = 255;
  private static final int LENGTH = 64;

  private final String prefix = UniquePrefix.next();

  /** Passes packets over a queue pair of its own, and may die at it. */
  static final class Victim {
    public static void main(String[] arguments) {
      try (SharedMemory memory =
          SharedMemory.attach(
              EalOptions.parse(
                  "--proc-type", "secondary", "--file-prefix", arguments[0], "--no-huge"))) {
        EthDev port = EthDevs.of(memory).byName("net_null0");
        System.out.println("ready");
        StoreFaults.arm(new Scanner(System.in).nextLong());
        port.claimRxQueue(1);
        port.claimTxQueue(1);
        long[] burst = new long[8];
        int received = port.rxBurst(1, burst, 0, burst.length);
        int sent = port.txBurst(1, burst, 0, received);
        Mbuf.freeBulk(burst, sent, received - sent);
        port.releaseTxQueue(1);
        port.releaseRxQueue(1);
        StoreFaults.disarm();
        System.out.println("done " + received + " " + sent);
      }
    }
  }

  /** Passes packets on queue 0, all of which must be whole. */
  private static void pass(EthDev port, AtomicBoolean stop, long[] passed) {
    long[] burst = new long[8];
    while (!stop.get()) {
      int received = port.rxBurst(0, burst, 0, burst.length);
      for (int i = 0; i < received; i++) {
        assertEquals(LENGTH, Mbuf.pktLen(burst[i]));
        assertEquals(1, Mbuf.refcnt(burst[i]));
      }
      int sent = port.txBurst(0, burst, 0, received);
      Mbuf.freeBulk(burst, sent, received - sent);
      passed[0] += sent;
      Thread.yield();
    }
  }

  private static String describe(SharedMemory memory, EthDev port, Mempool pool, long nth) {
    return "death " + nth + ", " + port.stats() + ", " + pool.dump() + memory.processTable();
  }

  @Test
  void shouldBeAnybodysWhereverWhoHadItDied() throws InterruptedException {
    try (SharedMemory memory = TestPorts.primary(prefix);
        EthDevs ports = EthDevs.of(memory);
        Victims victims = new Victims(Victim.class, prefix)) {
      Mempool pool = PktmbufPool.create(memory, "mbufs", MBUFS, 8, 0, 256, -1);
      EthDev port = TestPorts.start(ports, "net_null0,size=" + LENGTH, 2, pool);
      AtomicBoolean stop = new AtomicBoolean();
      Throwable[] failure = new Throwable[1];
      long[] passed = new long[1];
      Thread neighbour = new Thread(() -> pass(port, stop, passed), "neighbour");
      neighbour.setUncaughtExceptionHandler((thread, thrown) -> failure[0] = thrown);
      neighbour.start();
      boolean completed = false;
      long nth = 0;
      while (!completed) {
        nth++;
        completed = victims.run(Long.toString(nth));
        long death = nth;
        Await.until(
            "the dead to be buried",
            LIMIT,
            () -> memory.processTable().allAlive(),
            () -> describe(memory, port, pool, death));
        assertEquals(0, port.rxQueueOwner(1), "death " + nth);
        assertEquals(0, port.txQueueOwner(1), "death " + nth);
        port.claimRxQueue(1);
        port.claimTxQueue(1);
        port.releaseRxQueue(1);
        port.releaseTxQueue(1);
      }
      stop.set(true);
      neighbour.join();
      assertEquals(null, failure[0]);
      assertTrue(passed[0] > 0);
      assertTrue(nth > 10, "deaths " + nth);
      assertEquals(MBUFS, pool.availCount());
    }
  }
}
