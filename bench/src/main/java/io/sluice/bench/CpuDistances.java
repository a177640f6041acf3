package io.sluice.bench;

import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * How far the two CPUs were apart when each of a program's points was measured: looks again and
 * again, in a thread of its own, while the program runs.
 */
final class CpuDistances implements AutoCloseable {
  /** Short beside what a point takes, long beside a look. */
  private static final long PERIOD_MILLIS = 50;

  private static final long END_LIMIT_SECONDS = 10;

  private final CpuDistance distance;
  private final IntSupplier printed;
  private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor();

  /** The last look by the number of points that were there before it. */
  private final ConcurrentSkipListMap<Integer, Double> looks = new ConcurrentSkipListMap<>();

  /**
   * Looks once and begins to look again and again.
   *
   * @param printed how many points the program has printed so far
   */
  CpuDistances(Cpus cpus, IntSupplier printed) {
    this.distance = new CpuDistance(cpus);
    this.printed = printed;
    look();
    looking.scheduleWithFixedDelay(this::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    int point = printed.getAsInt();
    looks.put(point, distance.nanos());
  }

  /**
   * Nanoseconds at the last look before a point was printed.
   *
   * @param point its number, from 0 on; one printed together with others has the look of the first
   */
  double at(int point) {
    return looks.floorEntry(point).getValue();
  }

  @Override
  public void close() {
    looking.shutdown();
    try {
      looking.awaitTermination(END_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    distance.close();
  }
}
