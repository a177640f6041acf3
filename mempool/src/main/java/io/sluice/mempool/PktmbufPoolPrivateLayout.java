package io.sluice.mempool;

/** {@code struct rte_pktmbuf_pool_private} (22.11), the private data of a pool of mbufs. */
public final class PktmbufPoolPrivateLayout {
  public static final int DATA_ROOM_SIZE = 0;
  public static final int PRIV_SIZE = 2;
  public static final int FLAGS = 4;
  public static final int SIZEOF = 8;

  private PktmbufPoolPrivateLayout() {}
}
