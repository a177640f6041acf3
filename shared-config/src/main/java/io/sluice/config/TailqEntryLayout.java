package io.sluice.config;

/**
 * Offsets of {@code struct rte_tailq_entry} of DPDK 22.11 ({@code rte_tailq.h}).
 *
 * <pre>
 *   offset  bytes  field
 *        0  8      next.tqe_next: the next entry, 0 in the last
 *        8  8      next.tqe_prev: what points to this entry
 *       16  8      data: the object
 *       24         end
 * </pre>
 */
public final class TailqEntryLayout {
  public static final int NEXT = 0;
  public static final int PREV = 8;
  public static final int DATA = 16;

  /** Bytes of the whole structure. */
  public static final int SIZEOF = 24;

  private TailqEntryLayout() {}
}
