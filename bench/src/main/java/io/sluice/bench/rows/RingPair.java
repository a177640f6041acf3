package io.sluice.bench.rows;

import io.sluice.cli.processes.Child;
import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Protection;
import io.sluice.ring.Ring;

/** Another process enqueues, this one dequeues and measures. */
final class RingPair implements Runnable {
  private final SharedMemory memory;
  private final Ring ring;
  private final Windows windows;
  private final int otherCpu;
  private final int[] bulks;
  private final long[] objs = new long[Windows.LARGEST_BULK];

  RingPair(
      SharedMemory memory,
      String mode,
      Protection protection,
      Windows windows,
      int otherCpu,
      int... bulks) {
    this.memory = memory;
    this.ring = RingModes.create(memory, "bench", mode, protection);
    this.windows = windows;
    this.otherCpu = otherCpu;
    this.bulks = bulks;
  }

  @Override
  public void run() {
    for (int bulk : bulks) {
      try (Child other =
          OtherProcess.start(memory, otherCpu, "produce", "bench", Integer.toString(bulk))) {
        windows.measure(bulk, this::pass);
        // It looks whether it is to end when the ring is full.
        other.stop();
      }
      ring.reset();
    }
  }

  private void pass(int bulk, int turns) {
    // Locals, as C has them: behind each atomic step a field is loaded again.
    Ring ring = this.ring;
    long[] objs = this.objs;
    for (int turn = 0; turn < turns; turn++) {
      while (ring.dequeueBulk(objs, 0, bulk) == 0) {
        Thread.onSpinWait();
      }
    }
  }
}
