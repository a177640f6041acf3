package io.sluice.mempool;

/**
 * The lengths in an mbuf's {@code tx_offload} word, for a device that computes checksums or
 * segments ({@code rte_mbuf_tx_offload}).
 *
 * <pre>
 *  bits 0 l2 length, 7   7 l3 length, 9   16 l4 length, 8   24 TSO segment size, 16
 *      40 outer l3 length, 9              49 outer l2 length, 7
 * </pre>
 */
public final class MbufTxOffload {
  private static final int L2_BITS = 7;
  private static final int L3_BITS = 9;
  private static final int L4_BITS = 8;
  private static final int TSO_BITS = 16;
  private static final int L3_AT = L2_BITS;
  private static final int L4_AT = L3_AT + L3_BITS;
  private static final int TSO_AT = L4_AT + L4_BITS;
  private static final int OUTER_L3_AT = TSO_AT + TSO_BITS;
  private static final int OUTER_L2_AT = OUTER_L3_AT + L3_BITS;

  private MbufTxOffload() {}

  private static long field(int value, int bits, int at) {
    return (value & (1L << bits) - 1) << at;
  }

  private static int field(long word, int bits, int at) {
    return (int) (word >>> at & (1L << bits) - 1);
  }

  /** The word for {@link Mbuf#setTxOffload}; each length is cut to its bits, as in C. */
  public static long of(int l2, int l3, int l4, int tsoSegment, int outerL3, int outerL2) {
    return field(l2, L2_BITS, 0)
        | field(l3, L3_BITS, L3_AT)
        | field(l4, L4_BITS, L4_AT)
        | field(tsoSegment, TSO_BITS, TSO_AT)
        | field(outerL3, L3_BITS, OUTER_L3_AT)
        | field(outerL2, L2_BITS, OUTER_L2_AT);
  }

  public static int l2Len(long word) {
    return field(word, L2_BITS, 0);
  }

  public static int l3Len(long word) {
    return field(word, L3_BITS, L3_AT);
  }

  public static int l4Len(long word) {
    return field(word, L4_BITS, L4_AT);
  }

  public static int tsoSegment(long word) {
    return field(word, TSO_BITS, TSO_AT);
  }

  public static int outerL3Len(long word) {
    return field(word, L3_BITS, OUTER_L3_AT);
  }

  public static int outerL2Len(long word) {
    return field(word, L2_BITS, OUTER_L2_AT);
  }

  /** Makes the outermost layer 2 header of a packet longer: the outer one of a tunnel's. */
  static void addL2(long m, int bytes) {
    long word = Mbuf.txOffload(m);
    boolean tunnel = (Mbuf.olFlags(m) & MbufFlags.TX_TUNNEL_MASK) != 0;
    int at = tunnel ? OUTER_L2_AT : 0;
    int length = field(word, L2_BITS, at) + bytes;
    Mbuf.setTxOffload(m, word & ~field(-1, L2_BITS, at) | field(length, L2_BITS, at));
  }

  /**
   * {@code rte_validate_tx_offload}: whether what an mbuf's flags ask for goes together.
   *
   * @return null, or what is wrong
   */
  public static String check(long m) {
    long flags = Mbuf.olFlags(m);
    if ((flags & MbufFlags.TX_OFFLOAD_MASK) == 0) {
      return null;
    }
    boolean ipv4 = (flags & MbufFlags.TX_IPV4) != 0;
    boolean ipv6 = (flags & MbufFlags.TX_IPV6) != 0;
    boolean ipChecksum = (flags & MbufFlags.TX_IP_CKSUM) != 0;
    boolean segment = (flags & MbufFlags.TX_TCP_SEG) != 0;
    if (ipChecksum && ipv6) {
      return "IP checksum of an IPv6 packet";
    }
    if ((segment || (flags & MbufFlags.TX_L4_MASK) != 0) && !ipv4 && !ipv6) {
      return "neither IPv4 nor IPv6";
    }
    if (segment && tsoSegment(Mbuf.txOffload(m)) == 0) {
      return "TSO without a segment size";
    }
    if (segment && ipv4 && !ipChecksum) {
      return "TSO of IPv4 without its checksum";
    }
    if ((flags & MbufFlags.TX_OUTER_IP_CKSUM) != 0 && (flags & MbufFlags.TX_OUTER_IPV4) == 0) {
      return "outer IP checksum without outer IPv4";
    }
    return null;
  }
}
