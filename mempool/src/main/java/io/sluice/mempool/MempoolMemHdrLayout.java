package io.sluice.mempool;

/**
 * {@code struct rte_mempool_memhdr} (22.11): one chunk of memory of a pool. {@code free_cb} and
 * {@code opaque} are pointers of one C process; Sluice keeps the chunk's memzone in {@code opaque}
 * and leaves free_cb zero.
 */
public final class MempoolMemHdrLayout {
  public static final int NEXT = 0;
  public static final int MP = 8;
  public static final int ADDR = 16;
  public static final int IOVA = 24;
  public static final int LEN = 32;
  public static final int FREE_CB = 40;
  public static final int OPAQUE = 48;
  public static final int SIZEOF = 56;

  private MempoolMemHdrLayout() {}
}
