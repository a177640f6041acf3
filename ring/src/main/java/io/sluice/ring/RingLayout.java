package io.sluice.ring;

/**
 * {@code struct rte_ring} ({@code rte_ring_core.h}, 22.11), 384 bytes, the entries behind it.
 *
 * <pre>
 *    0  name[29]                      128  producers: headtail     256  consumers: headtail
 *   32  flags       u32               ------------------------------------------------------
 *   40  memzone     rte_memzone*      MT, ST: +0 head u32          +4 tail u32   +8 sync_type
 *   48  size        u32               HTS:    +0 head u32          +4 tail u32   +8 sync_type
 *   52  mask        u32               RTS:    +0 tail {cnt, pos}   +8 sync_type +12 htd_max
 *   56  capacity    u32                      +16 head {cnt, pos}
 *                                     384  entries[size] u64
 * </pre>
 *
 * <p>Producers and consumers write different cache lines, with an empty line between.
 */
public final class RingLayout {
  public static final int NAME = 0;
  public static final int FLAGS = 32;
  public static final int MEMZONE = 40;
  public static final int SIZE = 48;
  public static final int MASK = 52;
  public static final int CAPACITY = 56;
  public static final int PROD = 128;
  public static final int CONS = 256;
  public static final int SIZEOF = 384;

  /** {@code RTE_RING_NAMESIZE}, the NUL included. */
  public static final int NAMESIZE = 29;

  private RingLayout() {}
}
