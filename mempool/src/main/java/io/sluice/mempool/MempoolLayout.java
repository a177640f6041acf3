package io.sluice.mempool;

/**
 * {@code struct rte_mempool} ({@code rte_mempool.h}, 22.11), 192 bytes; behind it, if it has
 * caches, one for each of 128 lcores ({@link MempoolCacheLayout}), then the pool's private data.
 *
 * <pre>
 *    0 name[26]           60 socket_id i32        88 ops_index i32
 *   32 pool_data          64 size u32             96 local_cache
 *   40 pool_config        68 cache_size u32      104 populated_size u32
 *   48 mz                 72 elt_size u32        112 elt_list {first, last}
 *   56 flags u32          76 header_size u32     128 nb_mem_chunks u32
 *                         80 trailer_size u32    136 mem_list {first, last}
 *                         84 private_data_size
 * </pre>
 */
public final class MempoolLayout {
  public static final int NAME = 0;
  public static final int POOL_DATA = 32;
  public static final int POOL_CONFIG = 40;
  public static final int MZ = 48;
  public static final int FLAGS = 56;
  public static final int SOCKET_ID = 60;
  public static final int SIZE = 64;
  public static final int CACHE_SIZE = 68;
  public static final int ELT_SIZE = 72;
  public static final int HEADER_SIZE = 76;
  public static final int TRAILER_SIZE = 80;
  public static final int PRIVATE_DATA_SIZE = 84;
  public static final int OPS_INDEX = 88;
  public static final int LOCAL_CACHE = 96;
  public static final int POPULATED_SIZE = 104;
  public static final int ELT_LIST = 112;
  public static final int NB_MEM_CHUNKS = 128;
  public static final int MEM_LIST = 136;
  public static final int SIZEOF = 192;

  /** {@code RTE_MEMPOOL_NAMESIZE}, the NUL included. */
  public static final int NAMESIZE = 26;

  private MempoolLayout() {}
}
