package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.ring.Ring;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Mbufs that one process gets and another frees, with clones: none is lost, none comes twice. */
class MbufAcrossJvmsTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final int PACKETS = 100_000;
  private static final int MBUFS = 2047;

  /**
   * Takes packets off a ring, checks and frees them, until one of length 0: prefix, ring, lcore.
   */
  static final class Sink {
    public static void main(String[] arguments) {
      int lcore = Integer.parseInt(arguments[2]);
      try (SharedMemory memory = TestMemory.secondary(arguments[0], lcore)) {
        Ring ring = Ring.lookup(memory, arguments[1]);
        Mempool.walk(memory, pool -> {});
        System.out.println("ready");
        TestMemory.asLcore(lcore, () -> drain(ring));
      }
    }

    private static void drain(Ring ring) {
      long[] burst = new long[32];
      long packets = 0;
      long wrong = 0;
      while (true) {
        int n = ring.dequeueBurst(burst, 0, burst.length);
        if (n == 0) {
          Thread.yield();
        }
        boolean stop = false;
        for (int i = 0; i < n; i++) {
          long data = Mbuf.mtod(burst[i]);
          stop |= Mbuf.pktLen(burst[i]) == 0;
          packets++;
          wrong +=
              Mbuf.pktLen(burst[i]) != 0 && Memory.getLong(data) != ~Memory.getLong(data + 8)
                  ? 1
                  : 0;
        }
        Mbuf.freeBulk(burst, 0, n);
        if (stop) {
          System.out.println("packets " + (packets - 1) + " wrong " + wrong);
          return;
        }
      }
    }
  }

  @Test
  void shouldConserveMbufsAndClonesBetweenThreeJvms() {
    String prefix = UniquePrefix.next();
    try (SharedMemory memory = TestMemory.primary(prefix)) {
      Mempool pool = PktmbufPool.create(memory, "mbufs", MBUFS, 64, 0, 256, -1);
      Mempool clones = PktmbufPool.create(memory, "clones", MBUFS, 64, 0, 0, -1, "lf_stack");
      List<Ring> rings = new ArrayList<>();
      List<JavaProcess> sinks = new ArrayList<>();
      try {
        for (int i = 0; i < 2; i++) {
          rings.add(Ring.create(memory, "sink" + i, 256, -1, Ring.SP_ENQ | Ring.SC_DEQ));
          sinks.add(JavaProcess.start(Sink.class, prefix, "sink" + i, "" + (10 + i)));
        }
        sinks.forEach(sink -> sink.awaitLine("ready", LIMIT));
        TestMemory.asLcore(0, () -> send(pool, clones, rings));
        for (JavaProcess sink : sinks) {
          var line = sink.awaitLine("packets (\\d+) wrong (\\d+)", LIMIT);
          assertEquals("" + PACKETS, line.group(1));
          assertEquals("0", line.group(2));
          assertEquals(0, sink.awaitExit(LIMIT));
        }
        assertEquals(MBUFS, pool.availCount());
        assertEquals(MBUFS, clones.availCount());
        pool.audit();
        clones.audit();
      } finally {
        sinks.forEach(JavaProcess::close);
      }
    }
  }

  /** Each packet goes to one sink, and its clone, sharing the data, to the other. */
  private static void send(Mempool pool, Mempool clones, List<Ring> rings) {
    for (long i = 0; i <= PACKETS; ) {
      long m = Mbuf.alloc(pool);
      long clone = m == 0 ? 0 : i < PACKETS ? cloneOf(m, i, clones) : Mbuf.alloc(pool);
      if (clone == 0) {
        Mbuf.free(m);
        Thread.yield();
        continue;
      }
      enqueue(rings.get((int) (i & 1)), m);
      enqueue(rings.get((int) (~i & 1)), clone);
      i++;
    }
  }

  private static long cloneOf(long m, long number, Mempool clones) {
    long data = Mbuf.append(m, 64);
    Memory.putLong(data, number);
    Memory.putLong(data + 8, ~number);
    return MbufAttach.clone(m, clones);
  }

  private static void enqueue(Ring ring, long m) {
    while (!ring.enqueue(m)) {
      Thread.yield();
    }
  }
}
