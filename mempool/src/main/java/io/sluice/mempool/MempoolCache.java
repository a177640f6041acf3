package io.sluice.mempool;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/**
 * {@code rte_mempool_cache_create}: a cache of one's own, for a thread that is no lcore. Only one
 * thread may use it at a time; pass its address to {@link Mempool#getBulk(long, long[], int, int)}.
 */
public final class MempoolCache {
  private MempoolCache() {}

  /**
   * Makes an empty cache in the shared heap.
   *
   * @param size objects it keeps, 1 to 512
   * @return its address
   */
  public static long create(SharedMemory m, int size, int socket) {
    if (size <= 0 || size > MempoolCacheLayout.MAX_SIZE) {
      throw new SluiceException(Errno.EINVAL, "mempool cache size=" + size + ", it takes 1 to 512");
    }
    long cache = m.heap(socket).zmalloc("MEMPOOL_CACHE", MempoolCacheLayout.SIZEOF, 64);
    if (cache == 0) {
      throw new SluiceException(
          Errno.ENOMEM, "no memory for a mempool cache; give the primary more with -m");
    }
    init(cache, size);
    return cache;
  }

  static void init(long cache, int size) {
    Memory.putInt(cache + MempoolCacheLayout.CACHE_SIZE, size);
    Memory.putInt(cache + MempoolCacheLayout.FLUSHTHRESH, flushThreshold(size));
    Memory.putInt(cache + MempoolCacheLayout.LEN, 0);
  }

  /** {@code CALC_CACHE_FLUSHTHRESH}. */
  static int flushThreshold(int size) {
    return size * 3 / 2;
  }

  /** {@code rte_mempool_cache_free}; flush it first ({@link Mempool#flushCache}). */
  public static void free(SharedMemory m, long cache) {
    m.heap(-1).free(cache);
  }
}
