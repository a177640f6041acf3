package io.sluice.nic;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;

/** How long a packet can be that a pool's mbufs hold. */
public final class PoolRoom {
  private PoolRoom() {}

  /**
   * Bytes that all mbufs of a pool hold together in one chain: a longer packet would wait for mbufs
   * for ever.
   */
  public static long of(Mempool pool) {
    long segments = Math.min(pool.size(), Mbuf.MAX_NB_SEGS);
    return segments * (PktmbufPool.dataRoomSize(pool) - Mbuf.HEADROOM);
  }
}
