package io.sluice.mempool;

/**
 * {@code struct rte_mbuf_ext_shared_info} (22.11): what the mbufs attached to one external buffer
 * share. In C, free_cb is a function; Sluice keeps there a number of {@link ExternalBuffers}.
 */
public final class MbufExtSharedInfoLayout {
  public static final int FREE_CB = 0;
  public static final int FCB_OPAQUE = 8;
  public static final int REFCNT = 16;
  public static final int SIZEOF = 24;

  private MbufExtSharedInfoLayout() {}
}
