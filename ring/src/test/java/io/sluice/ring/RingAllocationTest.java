package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import io.sluice.platform.Memory;
import io.sluice.testing.JavaProcess;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The data path allocates nothing, in any mode and by any call. */
class RingAllocationTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);

  /** Measures itself, without the checks of the seam, which allocate. */
  static final class Measured {
    private static final int BURST = 32;
    private static final int ENTRIES = 1_000_000;

    /**
     * Windows of no allocation in a row that are asked for. The JVM itself charges a few bytes to a
     * thread while it compiles what the thread runs (an empty loop shows them too), so the first
     * windows are warm-up; whatever the ring allocated would be in every one.
     */
    private static final int WINDOWS = 3;

    private static final int MOST_WINDOWS = 30;

    public static void main(String[] arguments) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      for (int flags : RingModes.all().toList()) {
        int zeroes = 0;
        long allocated = 0;
        try (RawRing raw = new RawRing(1024, flags)) {
          long table = Memory.allocate(BURST * Long.BYTES);
          Calls calls = new Calls(raw.ring, table);
          for (int window = 0; window < MOST_WINDOWS && zeroes < WINDOWS; window++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            calls.run(ENTRIES / BURST);
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
            zeroes = allocated == 0 ? zeroes + 1 : 0;
          }
          Memory.release(table);
        }
        if (zeroes < WINDOWS) {
          System.out.println("flags=0x" + Integer.toHexString(flags) + " allocated " + allocated);
        }
      }
      System.out.println("end");
    }
  }

  /** Every call of the data path that the mode allows. */
  private static final class Calls {
    private final Ring ring;
    private final RingElem elem;
    private final long table;
    private final long[] burst = new long[Measured.BURST];
    private final RingZcData zcd = new RingZcData();
    private final boolean peek;

    Calls(Ring ring, long table) {
      this.ring = ring;
      this.elem = RingElem.of(ring, Long.BYTES);
      this.table = table;
      this.peek = ring.prodSyncType().canPeek() && ring.consSyncType().canPeek();
    }

    void run(int rounds) {
      int n = burst.length;
      for (int i = 0; i < rounds; i++) {
        ring.enqueueBurst(burst, 0, n);
        ring.dequeueBulk(burst, 0, n);
        ring.enqueue(i);
        ring.dequeue();
        elem.enqueueBulk(table, n);
        elem.dequeueBurst(table, n);
        if (peek) {
          ring.enqueueBulkStart(n);
          ring.enqueueFinish(burst, 0, n);
          ring.dequeueBurstStart(burst, 0, n);
          ring.dequeueFinish(n);
          ring.enqueueZcBulkStart(n, zcd);
          ring.enqueueZcFinish(n);
          ring.dequeueZcBulkStart(n, zcd);
          ring.dequeueFinish(n);
        }
      }
    }
  }

  @Test
  void shouldAllocateNothingForMillionsOfEntriesInAnyMode() {
    try (JavaProcess child = JavaProcess.start(Measured.class, List.of("-Dsluice.checks=false"))) {
      child.awaitLine("end", LIMIT);
      assertEquals(List.of("end"), child.stdout().stream().filter(l -> !l.isBlank()).toList());
    }
  }
}
