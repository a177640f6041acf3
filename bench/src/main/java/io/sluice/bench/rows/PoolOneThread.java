package io.sluice.bench.rows;

import io.sluice.mempool.Mempool;
import io.sluice.mempool.MempoolConf;
import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Protection;

/** One thread gets a bulk of objects and puts it back. */
final class PoolOneThread implements Runnable {
  static final String POOL = "bench";

  private static final int OBJECTS = 8191;
  private static final int OBJECT_SIZE = 2048;

  private final Mempool pool;
  private final Windows windows;
  private final long[] objs = new long[Windows.LARGEST_BULK];

  PoolOneThread(SharedMemory memory, int cache, Protection protection, Windows windows) {
    this.pool = create(memory, cache, protection);
    this.windows = windows;
  }

  static Mempool create(SharedMemory memory, int cache, Protection protection) {
    MempoolConf conf =
        MempoolConf.of(OBJECTS, OBJECT_SIZE).withCacheSize(cache).withProtection(protection);
    return Mempool.create(memory, POOL, conf, address -> {}, null);
  }

  @Override
  public void run() {
    windows.measure(Windows.BULKS, this::pass);
  }

  private void pass(int bulk, int turns) {
    // Locals, as C has them: behind each atomic step a field is loaded again.
    Mempool pool = this.pool;
    long[] objs = this.objs;
    for (int turn = 0; turn < turns; turn++) {
      pool.getBulk(objs, 0, bulk);
      pool.putBulk(objs, 0, bulk);
    }
  }
}
