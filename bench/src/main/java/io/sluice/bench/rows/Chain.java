package io.sluice.bench.rows;

import io.sluice.cli.processes.Child;
import io.sluice.primary.Primary;
import io.sluice.ring.Protection;
import java.util.Arrays;
import java.util.Locale;

/** A chain over a worker process. The points are what a packet takes here, and each stage of it. */
final class Chain implements Runnable {
  private static final int BURST = Ports.BURST;

  private enum Stage {
    RX,
    ENQUEUE,
    DEQUEUE,
    TX
  }

  private final ChainEnds ends;
  private final Windows windows;
  private final int otherCpu;
  private final long[] burst = new long[BURST];

  /** Since the last look: nanoseconds by stage, and packets that went through all of them. */
  private final long[] taken = new long[Stage.values().length];

  private long packets;

  /** Nanoseconds of a packet, by stage and window. */
  private final double[][] stages = new double[taken.length][Windows.COUNT];

  /** -1 while it warms up. */
  private int window = -1;

  Chain(Primary primary, Protection protection, Windows windows, int otherCpu) {
    this.ends = new ChainEnds(primary, protection);
    this.windows = windows;
    this.otherCpu = otherCpu;
  }

  @Override
  public void run() {
    try (Child worker = ends.startWorker(otherCpu)) {
      windows.measure("packet", this::turns, this::endWindow);
      worker.stop();
    }
    for (Stage stage : Stage.values()) {
      double[] nanos = stages[stage.ordinal()];
      Arrays.sort(nanos);
      Windows.point(stage.name().toLowerCase(Locale.ROOT), nanos[nanos.length / 2]);
    }
  }

  private void endWindow() {
    for (int stage = 0; window >= 0 && stage < taken.length; stage++) {
      stages[stage][window] = (double) taken[stage] / packets;
    }
    window++;
    Arrays.fill(taken, 0);
    packets = 0;
  }

  private long turns(int turns) {
    long before = packets;
    for (int turn = 0; turn < turns; turn++) {
      turn();
    }
    return packets - before;
  }

  private void turn() {
    if (ends.out.freeCount() >= BURST) {
      long begin = System.nanoTime();
      int received = ends.from.rxBurst(0, burst, 0, BURST);
      long between = System.nanoTime();
      ends.out.enqueueBulk(burst, 0, received);
      taken[Stage.ENQUEUE.ordinal()] += System.nanoTime() - between;
      taken[Stage.RX.ordinal()] += between - begin;
    }
    long begin = System.nanoTime();
    int n = ends.in.dequeueBurst(burst, 0, BURST);
    if (n == 0) {
      Thread.onSpinWait();
      return;
    }
    long between = System.nanoTime();
    n = ends.to.txBurst(0, burst, 0, n);
    taken[Stage.TX.ordinal()] += System.nanoTime() - between;
    taken[Stage.DEQUEUE.ordinal()] += between - begin;
    packets += n;
  }
}
