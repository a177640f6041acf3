package io.sluice.bench;

import io.sluice.config.EalOptions;
import io.sluice.platform.Lcores;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How far the two CPUs are apart: what a cache line takes from one to the other and back, in
 * nanoseconds. The host of a virtual machine may move its CPUs about, so that this changes from one
 * second to the next, five times and more, and with it what any row takes whose work crosses from
 * one to the other.
 */
final class CpuDistance implements AutoCloseable {
  private static final int ASKING = 0;
  private static final int ANSWERING = 1;

  /** Of these the fastest counts: all the others were interrupted, or began too early. */
  private static final int BATCHES = 20;

  private static final int TRIPS = 50;

  /** Until it is compiled. */
  private static final int WARM_UPS = 10;

  /** Each word on a cache line of its own. */
  private static final int ASKED = 16;

  private static final int ANSWERED = 32;

  private final AtomicLongArray words = new AtomicLongArray(48);
  private final Lcores lcores;

  /** Starts a thread on each of the two, which wait. */
  CpuDistance(Cpus cpus) {
    String map = ASKING + "@" + cpus.measured() + "," + ANSWERING + "@" + cpus.other();
    lcores = new Lcores(EalOptions.parse("--lcores", map).lcores(), ASKING);
    for (int i = 0; i < WARM_UPS; i++) {
      nanos();
    }
  }

  /** Measures; takes both CPUs for less than a millisecond, whoever else runs there. */
  double nanos() {
    words.set(ASKED, 0);
    words.set(ANSWERED, 0);
    lcores.remoteLaunch(ANSWERING, this::answer);
    int nanos = lcores.runOnMain(this::ask);
    lcores.waitLcore(ANSWERING);
    return (double) nanos / TRIPS;
  }

  /** Gives what the trips of the fastest batch took. */
  private int ask() {
    long least = Long.MAX_VALUE;
    for (int batch = 0; batch < BATCHES; batch++) {
      long begin = System.nanoTime();
      for (int trip = 1; trip <= TRIPS; trip++) {
        long number = (long) batch * TRIPS + trip;
        words.setRelease(ASKED, number);
        while (words.getAcquire(ANSWERED) != number) {
          Thread.onSpinWait();
        }
      }
      least = Math.min(least, System.nanoTime() - begin);
    }
    return (int) least;
  }

  private int answer() {
    for (long number = 1; number <= BATCHES * TRIPS; number++) {
      while (words.getAcquire(ASKED) != number) {
        Thread.onSpinWait();
      }
      words.setRelease(ANSWERED, number);
    }
    return 0;
  }

  @Override
  public void close() {
    lcores.close();
  }
}
