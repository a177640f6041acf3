package io.sluice.mempool;

/**
 * {@code struct rte_mempool_cache} (22.11, no statistics), 8256 bytes: {size u32, flushthresh u32,
 * len u32}, and from 64 on room for 1024 addresses, twice the largest cache.
 */
public final class MempoolCacheLayout {
  public static final int CACHE_SIZE = 0;
  public static final int FLUSHTHRESH = 4;
  public static final int LEN = 8;
  public static final int OBJS = 64;
  public static final int SIZEOF = 8256;

  /** {@code RTE_MEMPOOL_CACHE_MAX_SIZE}. */
  public static final int MAX_SIZE = 512;

  private MempoolCacheLayout() {}
}
