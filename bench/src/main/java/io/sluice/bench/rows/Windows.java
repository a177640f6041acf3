package io.sluice.bench.rows;

import io.sluice.platform.Lcores;
import java.util.Arrays;
import java.util.Locale;

/**
 * How a row is timed, as in {@code measure.h} of the C side: windows of fixed length, of which the
 * median counts; ahead of them a time to warm up, which C hardly needs.
 */
public final class Windows {
  /** How many objects a call passes, in one row after the other. */
  static final int[] BULKS = {1, 8, 32, 128, 256};

  /** The last of them. */
  static final int LARGEST_BULK = BULKS[BULKS.length - 1];

  /** How many there are of a point. */
  static final int COUNT = 15;

  private static final int BATCH = 256;

  /** At the least; the JIT compiles beside it, maybe with nothing but the measured CPU. */
  private static final long WARM_UP_NANOS = 300_000_000L;

  /** What is measured: a loop of its own, so that it is compiled as one. */
  public interface Work {
    /** Does it so many times; gives how many elements that were. */
    long run(int turns);
  }

  /** As {@link Work}, with a bulk to do it in. */
  interface BulkWork {
    /** Does it so many times, each with a whole bulk. */
    void run(int bulk, int turns);
  }

  private final Lcores lcores;
  private final long windowNanos;

  /** In the windows of a point. */
  private long elements;

  /** Windows of a length, on the main one of these lcores. */
  public Windows(Lcores lcores, long windowNanos) {
    this.lcores = lcores;
    this.windowNanos = windowNanos;
  }

  /** Measures each of some bulks in turn. */
  void measure(int[] bulks, BulkWork work) {
    for (int bulk : bulks) {
      measure(bulk, work);
    }
  }

  /** Measures one bulk; its number is the point's name. */
  void measure(int bulk, BulkWork work) {
    measure(
        Integer.toString(bulk),
        turns -> {
          work.run(bulk, turns);
          return (long) bulk * turns;
        });
  }

  /** Does the work over and over, and prints the nanoseconds that an element takes. */
  public void measure(String point, Work work) {
    measure(point, work, () -> {});
  }

  /**
   * As the other.
   *
   * @param between is called ahead of the first window and after each, on the measuring thread
   */
  void measure(String point, Work work, Runnable between) {
    double[] taken = new double[COUNT];
    Allocation allocation = new Allocation();
    pinned(
        () -> {
          long warm = System.nanoTime() + warmUpNanos();
          while (System.nanoTime() < warm) {
            work.run(BATCH);
          }
          allocation.begin();
          between.run();
          for (int i = 0; i < COUNT; i++) {
            taken[i] = window(work);
            between.run();
          }
          allocation.end();
        });
    Arrays.sort(taken);
    point(point, taken[COUNT / 2], (double) allocation.bytes() / elements);
    elements = 0;
  }

  /**
   * Does it on the pinned thread, whose CPU processes that are started meanwhile do not inherit.
   */
  void pinned(Runnable work) {
    lcores.runOnMain(
        () -> {
          work.run();
          return 0;
        });
  }

  /** Nanoseconds of one element. */
  private double window(Work work) {
    long begin = System.nanoTime();
    long passed = 0;
    long end;
    do {
      passed += work.run(BATCH);
      end = System.nanoTime();
    } while (end - begin < windowNanos);
    elements += passed;
    return (double) (end - begin) / passed;
  }

  /** How long to warm up: as long as is measured, and more. */
  long warmUpNanos() {
    return WARM_UP_NANOS + COUNT * windowNanos;
  }

  /** Of what other processes did. */
  static void point(String name, double nanos) {
    System.out.printf(Locale.ROOT, "point %s %.4f%n", name, nanos);
  }

  static void point(String name, double nanos, double bytes) {
    System.out.printf(Locale.ROOT, "point %s %.4f %.4f%n", name, nanos, bytes);
  }
}
