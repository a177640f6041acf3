package io.sluice.bench.rows;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What one thread allocates on the Java heap between two moments. */
final class Allocation {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private long before;
  private long after;

  /** Of the calling thread. */
  void begin() {
    // Once ahead of it, lest the first look's own objects count.
    THREADS.getCurrentThreadAllocatedBytes();
    before = THREADS.getCurrentThreadAllocatedBytes();
  }

  /** By the thread that called {@link #begin}. */
  void end() {
    after = THREADS.getCurrentThreadAllocatedBytes();
  }

  long bytes() {
    return after - before;
  }
}
