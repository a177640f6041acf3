package io.sluice.bench.rows;

import io.sluice.mempool.Mempool;
import io.sluice.memzone.SharedMemory;
import java.util.Collections;

/** Several processes get bulks of 32 from a pool and put them back. */
final class SharedPool implements Runnable {
  private static final int[] PROCESSES = {1, 2, 4};
  private static final int BULK = 32;

  private final Crowd crowd;

  /** Over the pool that is there. */
  SharedPool(Crowd crowd) {
    this.crowd = crowd;
  }

  @Override
  public void run() {
    for (int processes : PROCESSES) {
      crowd.measure("" + processes, Collections.nCopies(processes, "pool"), processes);
    }
  }

  /** In one of the processes. */
  static Crowd.Turn turn(SharedMemory memory) {
    Mempool pool = Mempool.lookup(memory, PoolOneThread.POOL);
    long[] objs = new long[BULK];
    return () -> {
      if (pool.getBulk(objs, 0, BULK) == 0) {
        return 0;
      }
      pool.putBulk(objs, 0, BULK);
      return BULK;
    };
  }
}
