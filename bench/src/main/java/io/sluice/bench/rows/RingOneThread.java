package io.sluice.bench.rows;

import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Protection;
import io.sluice.ring.Ring;

/** One thread enqueues a bulk and dequeues it. */
final class RingOneThread implements Runnable {
  private final Ring ring;
  private final Windows windows;
  private final long[] objs = new long[Windows.LARGEST_BULK];

  RingOneThread(SharedMemory memory, String mode, Protection protection, Windows windows) {
    this.ring = RingModes.create(memory, "bench", mode, protection);
    this.windows = windows;
  }

  @Override
  public void run() {
    windows.measure(Windows.BULKS, this::pass);
  }

  private void pass(int bulk, int turns) {
    // Locals, as C has them: behind each atomic step a field is loaded again.
    Ring ring = this.ring;
    long[] objs = this.objs;
    for (int turn = 0; turn < turns; turn++) {
      ring.enqueueBulk(objs, 0, bulk);
      ring.dequeueBulk(objs, 0, bulk);
    }
  }
}
