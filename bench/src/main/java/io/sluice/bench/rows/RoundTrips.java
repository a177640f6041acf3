package io.sluice.bench.rows;

import java.util.Arrays;

/** Times one round trip after the other and prints percentiles. */
public final class RoundTrips {
  private static final int COUNT = 1_000_000;
  private static final int WARM_UP_BATCH = 1_000;

  private RoundTrips() {}

  /** Measures on the pinned thread. */
  public static void measure(Windows windows, Runnable roundTrip) {
    long[] taken = new long[COUNT];
    Allocation allocation = new Allocation();
    windows.pinned(
        () -> {
          long warm = System.nanoTime() + windows.warmUpNanos();
          while (System.nanoTime() < warm) {
            measure(taken, WARM_UP_BATCH, roundTrip);
          }
          allocation.begin();
          measure(taken, COUNT, roundTrip);
          allocation.end();
        });
    Arrays.sort(taken);
    double bytes = (double) allocation.bytes() / COUNT;
    Windows.point("p50", taken[COUNT / 2], bytes);
    Windows.point("p99", taken[COUNT / 100 * 99], bytes);
    Windows.point("p99.9", taken[COUNT / 1000 * 999], bytes);
  }

  private static void measure(long[] taken, int count, Runnable roundTrip) {
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      roundTrip.run();
      taken[i] = System.nanoTime() - begin;
    }
  }
}
