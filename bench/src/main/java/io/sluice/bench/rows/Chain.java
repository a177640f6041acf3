package io.sluice.bench.rows;

import io.sluice.cli.processes.Child;
import io.sluice.mempool.Mempool;
import io.sluice.memzone.SharedMemory;
import io.sluice.nic.EthDev;
import io.sluice.primary.Primary;
import io.sluice.ring.Protection;
import io.sluice.ring.Ring;
import java.util.Arrays;
import java.util.Locale;

/**
 * Packets come in by one port, go over a ring to a worker process, which swaps their addresses,
 * come back over another ring and leave by the other port. The points are what a packet takes here,
 * and each stage of it.
 */
final class Chain implements Runnable {
  static final String OUT = "bench-out";
  static final String IN = "bench-in";

  private static final int RING_SIZE = 1024;
  private static final int BURST = Ports.BURST;

  private enum Stage {
    RX,
    ENQUEUE,
    DEQUEUE,
    TX
  }

  private final SharedMemory memory;
  private final EthDev from;
  private final EthDev to;
  private final Ring out;
  private final Ring in;
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
    this.memory = primary.memory();
    Mempool pool = Ports.pool(primary, protection);
    this.from = Ports.open(primary, 0, pool);
    this.to = Ports.open(primary, 1, pool);
    this.out = ring(OUT, protection);
    this.in = ring(IN, protection);
    this.windows = windows;
    this.otherCpu = otherCpu;
  }

  private Ring ring(String name, Protection protection) {
    return Ring.create(memory, name, RING_SIZE, -1, Ring.SP_ENQ | Ring.SC_DEQ, protection);
  }

  @Override
  public void run() {
    try (Child worker = OtherProcess.start(memory, otherCpu, "work", OUT, IN)) {
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
    if (out.freeCount() >= BURST) {
      long begin = System.nanoTime();
      int received = from.rxBurst(0, burst, 0, BURST);
      long between = System.nanoTime();
      out.enqueueBulk(burst, 0, received);
      taken[Stage.ENQUEUE.ordinal()] += System.nanoTime() - between;
      taken[Stage.RX.ordinal()] += between - begin;
    }
    long begin = System.nanoTime();
    int n = in.dequeueBurst(burst, 0, BURST);
    if (n == 0) {
      Thread.onSpinWait();
      return;
    }
    long between = System.nanoTime();
    n = to.txBurst(0, burst, 0, n);
    taken[Stage.TX.ordinal()] += System.nanoTime() - between;
    taken[Stage.DEQUEUE.ordinal()] += between - begin;
    packets += n;
  }
}
