package io.sluice.mempool;

/** {@code struct rte_mempool_objhdr} (22.11), the 24 bytes ahead of every object. */
public final class MempoolObjHdrLayout {
  public static final int NEXT = 0;
  public static final int MP = 8;
  public static final int IOVA = 16;
  public static final int SIZEOF = 24;

  private MempoolObjHdrLayout() {}
}
