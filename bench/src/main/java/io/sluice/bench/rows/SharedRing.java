package io.sluice.bench.rows;

import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Protection;
import io.sluice.ring.Ring;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Several processes enqueue, as many others dequeue, bulks of 32. */
final class SharedRing implements Runnable {
  private static final int[] EACH = {1, 2, 4};
  private static final int BULK = 32;
  private static final String RING = "bench";

  private final Crowd crowd;

  SharedRing(SharedMemory memory, String mode, Protection protection, Crowd crowd) {
    RingModes.create(memory, RING, mode, protection);
    this.crowd = crowd;
  }

  @Override
  public void run() {
    for (int each : EACH) {
      List<String> works = new ArrayList<>(Collections.nCopies(each, "enqueue"));
      works.addAll(Collections.nCopies(each, "dequeue"));
      crowd.measure(each + "+" + each, works, each);
    }
  }

  /** In one of the processes. */
  static Crowd.Turn turn(SharedMemory memory, String operation) {
    Ring ring = Ring.lookup(memory, RING);
    long[] objs = new long[BULK];
    return operation.equals("enqueue")
        ? () -> ring.enqueueBulk(objs, 0, BULK)
        : () -> ring.dequeueBulk(objs, 0, BULK);
  }
}
