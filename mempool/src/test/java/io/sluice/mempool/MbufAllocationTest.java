package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import io.sluice.memzone.SharedMemory;
import io.sluice.testing.JavaProcess;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pools and mbufs allocate nothing on the data path, whatever the backend, cache or not. */
class MbufAllocationTest {
  private static final Duration LIMIT = Duration.ofSeconds(180);

  /** Measures itself, without the checks of the seam, which allocate. */
  static final class Measured {
    private static final int BURST = 32;
    private static final int PACKETS = 1_000_000;

    /**
     * Windows of a million packets with no allocation in a row that are asked for. The JVM itself
     * charges a few bytes to a thread while it compiles what the thread runs, so the first windows
     * are warm-up; whatever the data path allocated would be in every one.
     */
    private static final int WINDOWS = 2;

    private static final int MOST_WINDOWS = 20;
    private static final long CALLBACK = 1L << 33;

    private static long freed;

    public static void main(String[] arguments) {
      ExternalBuffers.register(CALLBACK, (buffer, opaque) -> freed++);
      try (SharedMemory memory = TestMemory.primary()) {
        long buffer = memory.heap(-1).zmalloc("external", 1024, 64);
        for (String ops : List.of("ring_mp_mc", "ring_mt_rts", "ring_mt_hts", "lf_stack")) {
          for (int cache : new int[] {0, 64}) {
            Mempool pool = PktmbufPool.create(memory, "mbufs", 511, cache, 8, 256, -1, ops);
            Calls calls = new Calls(pool, buffer);
            TestMemory.asLcore(0, () -> measure(ops + "/" + cache, calls));
            pool.free(memory);
          }
        }
      }
      System.out.println("end");
    }

    private static void measure(String variant, Calls calls) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      int zeroes = 0;
      long allocated = 0;
      for (int window = 0; window < MOST_WINDOWS && zeroes < WINDOWS; window++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        calls.run(PACKETS / BURST);
        allocated = threads.getCurrentThreadAllocatedBytes() - before;
        zeroes = allocated == 0 ? zeroes + 1 : 0;
      }
      if (zeroes < WINDOWS) {
        System.out.println(variant + " allocated " + allocated);
      }
    }
  }

  /** Every call of the data path, a burst of packets a round. */
  private static final class Calls {
    private final Mempool pool;
    private final long external;
    private final long[] burst = new long[Measured.BURST];
    private final byte[] bytes = new byte[64];

    Calls(Mempool pool, long external) {
      this.pool = pool;
      this.external = external;
    }

    void run(int rounds) {
      for (int round = 0; round < rounds; round++) {
        objects();
        packets();
        segments();
        externalBuffer();
      }
    }

    private void objects() {
      int got = pool.getBulk(burst, 0, burst.length);
      pool.putBulk(burst, 0, got);
      pool.put(pool.get());
    }

    private void packets() {
      int got = Mbuf.allocBulk(pool, burst, 0, burst.length);
      for (int i = 0; i < got; i++) {
        Mbuf.append(burst[i], 60);
        Mbuf.prepend(burst[i], 14);
        Mbuf.adj(burst[i], 4);
        Mbuf.trim(burst[i], 2);
      }
      Mbuf.freeBulk(burst, 0, got);
    }

    private void segments() {
      long m = Mbuf.alloc(pool);
      Mbuf.append(m, 50);
      long tail = CtrlMbuf.alloc(pool);
      Mbuf.append(tail, 30);
      Mbuf.chain(m, tail);
      MbufData.read(m, 20, bytes, 0, 60);
      MbufData.read(m, 0, 50, 0);
      long clone = MbufAttach.clone(m, pool);
      long again = MbufAttach.clone(clone, pool);
      Mbuf.free(clone);
      long copy = MbufData.copy(again, pool, 1, 70);
      Mbuf.free(again);
      MbufData.linearize(copy);
      MbufData.linearize(m);
      MbufData.vlanInsert(m);
      MbufData.vlanStrip(m);
      MbufTxOffload.check(m);
      Mbuf.free(copy);
      Mbuf.free(m);
    }

    private void externalBuffer() {
      long shinfo = ExternalBuffers.initAtEnd(external, 1024, Measured.CALLBACK, 0);
      long m = Mbuf.alloc(pool);
      MbufAttach.attachExtbuf(m, external, -1, (int) (shinfo - external), shinfo);
      long clone = MbufAttach.clone(m, pool);
      Mbuf.free(m);
      Mbuf.free(clone);
    }
  }

  @Test
  void shouldAllocateNothingForMillionsOfPackets() {
    try (JavaProcess child = JavaProcess.start(Measured.class, List.of("-Dsluice.checks=false"))) {
      child.awaitLine("^end", LIMIT);
      assertEquals(
          List.of("end"),
          child.stdout().stream().filter(l -> !l.isBlank() && !l.startsWith("SLF4J")).toList());
    }
  }
}
