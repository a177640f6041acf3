package io.sluice.mempool;

/**
 * Control mbufs: mbufs that carry a message between processes instead of a packet. DPDK had them
 * until 18.02, marked by the top bit of {@code ol_flags}, which nothing has used since; so does
 * this.
 */
public final class CtrlMbuf {
  /** {@code CTRL_MBUF_FLAG} of DPDK before 18.02. */
  public static final long CTRL_MBUF_FLAG = 1L << 63;

  private CtrlMbuf() {}

  /** An empty control mbuf, or 0 when the pool has none; freed as any mbuf. */
  public static long alloc(Mempool pool) {
    long m = Mbuf.alloc(pool);
    if (m != 0) {
      Mbuf.setOlFlags(m, Mbuf.olFlags(m) | CTRL_MBUF_FLAG);
    }
    return m;
  }

  /** Whether it is one; a port must not send it. */
  public static boolean isCtrl(long m) {
    return (Mbuf.olFlags(m) & CTRL_MBUF_FLAG) != 0;
  }
}
