package io.sluice.config;

/**
 * Offsets of {@code struct rte_memseg} of DPDK 22.11 ({@code rte_memory.h}).
 *
 * <pre>
 *   offset  bytes  field
 *        0  8      iova
 *        8  8      addr
 *       16  8      len
 *       24  8      hugepage_sz
 *       32  4      socket_id
 *       36  4      nchannel
 *       40  4      nrank
 *       44  4      flags
 *       48         end
 * </pre>
 */
public final class MemsegLayout {
  public static final int IOVA = 0;
  public static final int ADDR = 8;
  public static final int LEN = 16;
  public static final int HUGEPAGE_SZ = 24;
  public static final int SOCKET_ID = 32;
  public static final int NCHANNEL = 36;
  public static final int NRANK = 40;
  public static final int FLAGS = 44;

  /** Bytes of the whole structure. */
  public static final int SIZEOF = 48;

  private MemsegLayout() {}
}
