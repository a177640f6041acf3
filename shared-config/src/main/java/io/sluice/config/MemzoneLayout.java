package io.sluice.config;

/**
 * Offsets of {@code struct rte_memzone} of DPDK 22.11 ({@code rte_memzone.h}).
 *
 * <pre>
 *   offset  bytes  field
 *        0  32     name
 *       32  8      iova
 *       40  8      addr
 *       48  8      len
 *       56  8      hugepage_sz
 *       64  4      socket_id
 *       68  4      flags
 *       72         end
 * </pre>
 */
public final class MemzoneLayout {
  public static final int NAME = 0;
  public static final int IOVA = 32;
  public static final int ADDR = 40;
  public static final int LEN = 48;
  public static final int HUGEPAGE_SZ = 56;
  public static final int SOCKET_ID = 64;
  public static final int FLAGS = 68;

  /** Bytes of the whole structure. */
  public static final int SIZEOF = 72;

  private MemzoneLayout() {}
}
