package io.sluice.ring;

/**
 * {@code struct rte_ring_headtail} and its RTS and HTS forms ({@code rte_ring_core.h}, 22.11). The
 * tail position is at 4 and the sync type at 8 in each of them.
 */
public final class HeadTailLayout {
  public static final int HEAD = 0;
  public static final int TAIL = 4;
  public static final int SYNC_TYPE = 8;

  /** HTS: head and tail as one 8-byte word. */
  public static final int HTS_HEAD_TAIL = 0;

  /** RTS: {u32 cnt, u32 pos} as one 8-byte word. */
  public static final int RTS_TAIL = 0;

  public static final int RTS_HTD_MAX = 12;

  /** RTS: {u32 cnt, u32 pos} as one 8-byte word. */
  public static final int RTS_HEAD = 16;

  private HeadTailLayout() {}
}
