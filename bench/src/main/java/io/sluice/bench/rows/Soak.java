package io.sluice.bench.rows;

import io.sluice.cli.processes.Child;
import io.sluice.mempool.Mbuf;
import io.sluice.platform.Memory;
import io.sluice.primary.Primary;
import io.sluice.ring.Protection;
import java.io.FileNotFoundException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The chain over a worker process at a steady rate for minutes. What a packet takes is counted from
 * when it was due to come in, so that a stall counts for all that it held up.
 */
public final class Soak implements Runnable {
  /** Begins the line of the result. */
  public static final String LINE = "soak: ";

  private static final int BURST = Ports.BURST;

  /** A million packets a second. */
  private static final long INTERVAL_NANOS = 1_000;

  private static final long WARM_UP_PACKETS = 5_000_000;

  /** Behind the addresses, which the worker swaps. */
  private static final int DUE_AT = 16;

  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int DIGITS = 3;
  private static final double MICRO = 1e3;

  private final ChainEnds ends;
  private final Windows windows;
  private final int otherCpu;
  private final int minutes;
  private final String file;
  private final Histogram taken = new Histogram(LONGEST_NANOS, DIGITS);
  private final long[] burst = new long[BURST];
  private long start;
  private long sent;
  private long received;

  /**
   * Opens its ports.
   *
   * @param file for the distribution; empty for none
   */
  Soak(
      Primary primary,
      Protection protection,
      Windows windows,
      int otherCpu,
      int minutes,
      String file) {
    this.ends = new ChainEnds(primary, protection);
    this.windows = windows;
    this.otherCpu = otherCpu;
    this.minutes = minutes;
    this.file = file;
  }

  /** How often this process has collected garbage since it was started. */
  static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }

  @Override
  public void run() {
    Allocation allocation = new Allocation();
    String worker;
    try (Child other = ends.startWorker(otherCpu)) {
      windows.pinned(
          () -> {
            start = System.nanoTime();
            pass(WARM_UP_PACKETS);
            taken.reset();
            allocation.begin();
            pass(WARM_UP_PACKETS + TimeUnit.MINUTES.toNanos(minutes) / INTERVAL_NANOS);
            allocation.end();
          });
      other.stop();
      worker = other.last(OtherProcess.COLLECTIONS);
    }
    System.out.printf(
        Locale.ROOT,
        "%sminutes=%d packets=%d lost=%d allocated=%d collections=%d worker_collections=%s"
            + " p50_us=%.2f p99_us=%.2f p99.9_us=%.2f p99.99_us=%.2f max_us=%.2f%n",
        LINE,
        minutes,
        taken.getTotalCount(),
        sent - received,
        allocation.bytes(),
        collections(),
        worker == null ? "unknown" : worker.substring(OtherProcess.COLLECTIONS.length()),
        taken.getValueAtPercentile(50) / MICRO,
        taken.getValueAtPercentile(99) / MICRO,
        taken.getValueAtPercentile(99.9) / MICRO,
        taken.getValueAtPercentile(99.99) / MICRO,
        taken.getMaxValue() / MICRO);
    if (!file.isEmpty()) {
      write();
    }
  }

  /** In microseconds. */
  private void write() {
    try (PrintStream output = new PrintStream(file)) {
      taken.outputPercentileDistribution(output, MICRO);
    } catch (FileNotFoundException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends until so many were sent in all, and waits for them. */
  private void pass(long packets) {
    while (received < packets) {
      if (sent < packets) {
        send(packets);
      }
      receive();
    }
  }

  /** What is due by now. */
  private void send(long packets) {
    long due = Math.min(packets, (System.nanoTime() - start) / INTERVAL_NANOS) - sent;
    int n = (int) Math.min(due, BURST);
    if (n <= 0 || ends.out.freeCount() < n) {
      return;
    }
    n = ends.from.rxBurst(0, burst, 0, n);
    for (int i = 0; i < n; i++) {
      Memory.putLong(Mbuf.mtod(burst[i]) + DUE_AT, start + (sent + i) * INTERVAL_NANOS);
    }
    ends.out.enqueueBulk(burst, 0, n);
    sent += n;
  }

  private void receive() {
    int n = ends.in.dequeueBurst(burst, 0, BURST);
    if (n == 0) {
      Thread.onSpinWait();
      return;
    }
    long now = System.nanoTime();
    for (int i = 0; i < n; i++) {
      long nanos = now - Memory.getLong(Mbuf.mtod(burst[i]) + DUE_AT);
      taken.recordValue(Math.min(nanos, LONGEST_NANOS));
    }
    received += n;
    int gone = ends.to.txBurst(0, burst, 0, n);
    Mbuf.freeBulk(burst, gone, n - gone);
  }
}
