package io.sluice.bench.rows;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.MempoolConf;
import io.sluice.mempool.PktmbufPool;
import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Protection;

/** One thread allocates a bulk of mbufs and frees it. */
final class MbufOneThread implements Runnable {
  private static final int MBUFS = 8191;
  private static final int CACHE = 256;

  private final Mempool pool;
  private final Windows windows;
  private final long[] mbufs = new long[Windows.LARGEST_BULK];

  MbufOneThread(SharedMemory memory, Protection protection, Windows windows) {
    MempoolConf conf = MempoolConf.of(MBUFS, 0).withCacheSize(CACHE).withProtection(protection);
    this.pool = PktmbufPool.create(memory, "bench", conf, 0, PktmbufPool.DEFAULT_BUF_SIZE);
    this.windows = windows;
  }

  @Override
  public void run() {
    windows.measure(Windows.BULKS, this::pass);
  }

  private void pass(int bulk, int turns) {
    // Locals, as C has them: behind each atomic step a field is loaded again.
    Mempool pool = this.pool;
    long[] mbufs = this.mbufs;
    for (int turn = 0; turn < turns; turn++) {
      Mbuf.allocBulk(pool, mbufs, 0, bulk);
      Mbuf.freeBulk(mbufs, 0, bulk);
    }
  }
}
