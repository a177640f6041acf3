package io.sluice.config;

/**
 * Offsets of {@code struct rte_memseg_list} of DPDK 22.11 ({@code eal_memcfg.h}).
 *
 * <pre>
 *   offset  bytes  field
 *        0  8      base_va
 *        8  8      page_sz
 *       16  4      socket_id
 *       20  4      version
 *       24  8      len
 *       32  4      external
 *       36  4      heap
 *       40  96     memseg_arr
 *      136         end
 * </pre>
 */
public final class MemsegListLayout {
  public static final int BASE_VA = 0;
  public static final int PAGE_SZ = 8;
  public static final int SOCKET_ID = 16;
  public static final int VERSION = 20;
  public static final int LEN = 24;
  public static final int EXTERNAL = 32;
  public static final int HEAP = 36;
  public static final int MEMSEG_ARR = 40;

  /** Bytes of the whole structure. */
  public static final int SIZEOF = 136;

  private MemsegListLayout() {}
}
