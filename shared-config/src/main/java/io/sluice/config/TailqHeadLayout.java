package io.sluice.config;

/**
 * Offsets of {@code struct rte_tailq_head} of DPDK 22.11 ({@code rte_tailq.h}), of which the config
 * has {@link #MAX}.
 *
 * <pre>
 *   offset  bytes  field
 *        0  8      tailq_head.tqh_first: the first entry, 0 if there is none
 *        8  8      tailq_head.tqh_last: the last entry's next, or the head's first
 *       16  32     name
 *       48         end
 * </pre>
 */
public final class TailqHeadLayout {
  public static final int FIRST = 0;
  public static final int LAST = 8;
  public static final int NAME = 16;

  /** Bytes of a name, its end included. */
  public static final int NAMESIZE = 32;

  /** Bytes of the whole structure. */
  public static final int SIZEOF = 48;

  /** {@code RTE_MAX_TAILQ}. */
  public static final int MAX = 32;

  private TailqHeadLayout() {}
}
