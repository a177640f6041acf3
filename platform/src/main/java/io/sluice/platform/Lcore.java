package io.sluice.platform;

/** The calling thread's lcore id, as {@code rte_lcore_id()}. */
public final class Lcore {
  /** {@code RTE_MAX_LCORE}. */
  public static final int MAX = 128;

  /** {@code LCORE_ID_ANY}: the caller is no lcore. */
  public static final int ANY = -1;

  private Lcore() {}

  /** The id of the calling {@link LcoreThread}, or {@link #ANY}. Cheap enough for every burst. */
  public static int id() {
    return Thread.currentThread() instanceof LcoreThread lcore ? lcore.lcoreId() : ANY;
  }
}
