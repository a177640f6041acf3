package io.sluice.bench.rows;

import io.sluice.cli.processes.Child;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.secondary.Secondary;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Processes that do their turns at the same time, every other one on the other CPU, so that from
 * three on there are more of them than CPUs. Each counts the elements of its turns in memory, and
 * this process only looks at the counts. One that has nothing to do yields its CPU.
 */
final class Crowd {
  private static final String COUNTS = "bench-counts";
  private static final int MOST = 16;
  private static final int LINE = 64;
  private static final int WINDOWS = 15;

  /** Many of the scheduler's slices. */
  private static final long LEAST_NANOS = 300_000_000L;

  /** The JIT of each of them compiles on CPUs that are taken. */
  private static final long WARM_UP_NANOS = 1_000_000_000L;

  /** Ids that no CPU has here, since several processes share one. */
  private static final int FIRST_LCORE = 64;

  private final SharedMemory memory;
  private final MemZone counts;
  private final int[] cpus;
  private final long nanos;

  /** Does one turn; gives how many elements that were, 0 if there was nothing to do. */
  interface Turn {
    int run();
  }

  Crowd(SharedMemory memory, int otherCpu, long windowNanos) {
    this.memory = memory;
    this.counts = MemZone.reserve(memory, COUNTS, MOST * LINE, -1, 0);
    this.cpus = new int[] {memory.options().mainLcore(), otherCpu};
    this.nanos = Math.max(LEAST_NANOS, WINDOWS * windowNanos);
  }

  /**
   * Starts a process for each of these works, and prints the nanoseconds that one element takes all
   * of those that count.
   *
   * @param works for {@link OtherProcess}, which hands them to the row
   * @param counting how many of the last of them count
   */
  void measure(String point, List<String> works, int counting) {
    List<Child> crowd = new ArrayList<>();
    try {
      for (int i = 0; i < works.size(); i++) {
        String[] work = (works.get(i) + " " + i).split(" ");
        crowd.add(OtherProcess.launch(memory, FIRST_LCORE + i, cpus[i % 2], work));
      }
      crowd.forEach(OtherProcess::awaitWork);
      LockSupport.parkNanos(WARM_UP_NANOS);
      int first = works.size() - counting;
      long before = sum(first, works.size());
      long begin = System.nanoTime();
      LockSupport.parkNanos(nanos);
      long elements = sum(first, works.size()) - before;
      Windows.point(point, (double) (System.nanoTime() - begin) / elements);
      crowd.forEach(Child::askToEnd);
    } finally {
      crowd.forEach(Child::close);
    }
  }

  /** What one of the processes does until it is asked to end; its number is the last word. */
  static void work(Secondary secondary, Turn turn, int number) {
    MemZone counts = MemZone.lookup(secondary.memory(), COUNTS);
    long count = count(counts, number);
    long done = 0;
    while (!secondary.isStopRequested()) {
      int n = turn.run();
      if (n == 0) {
        Thread.yield();
      } else {
        done += n;
        Memory.putLongRelease(count, done);
      }
    }
  }

  private long sum(int first, int end) {
    long sum = 0;
    for (int i = first; i < end; i++) {
      sum += Memory.getLongAcquire(count(counts, i));
    }
    return sum;
  }

  private static long count(MemZone counts, int index) {
    return counts.address() + (long) index * LINE;
  }
}
