package io.sluice.mempool;

/** Bits of an mbuf's {@code ol_flags} ({@code rte_mbuf_core.h}, 22.11). */
public final class MbufFlags {
  public static final long RX_VLAN = 1L;
  public static final long RX_RSS_HASH = 1L << 1;
  public static final long RX_FDIR = 1L << 2;
  public static final long RX_L4_CKSUM_BAD = 1L << 3;
  public static final long RX_IP_CKSUM_BAD = 1L << 4;
  public static final long RX_OUTER_IP_CKSUM_BAD = 1L << 5;
  public static final long RX_VLAN_STRIPPED = 1L << 6;
  public static final long RX_IP_CKSUM_GOOD = 1L << 7;
  public static final long RX_L4_CKSUM_GOOD = 1L << 8;
  public static final long RX_IEEE1588_PTP = 1L << 9;
  public static final long RX_IEEE1588_TMST = 1L << 10;
  public static final long RX_FDIR_ID = 1L << 13;
  public static final long RX_QINQ_STRIPPED = 1L << 15;
  public static final long RX_LRO = 1L << 16;
  public static final long RX_QINQ = 1L << 20;

  public static final long TX_QINQ = 1L << 49;
  public static final long TX_TCP_SEG = 1L << 50;
  public static final long TX_IEEE1588_TMST = 1L << 51;
  public static final long TX_TCP_CKSUM = 1L << 52;
  public static final long TX_SCTP_CKSUM = 2L << 52;
  public static final long TX_UDP_CKSUM = 3L << 52;
  public static final long TX_L4_MASK = 3L << 52;
  public static final long TX_IP_CKSUM = 1L << 54;
  public static final long TX_IPV4 = 1L << 55;
  public static final long TX_IPV6 = 1L << 56;
  public static final long TX_VLAN = 1L << 57;
  public static final long TX_OUTER_IP_CKSUM = 1L << 58;

  /** The data are in a buffer from outside any pool. */
  public static final long EXTERNAL = 1L << 61;

  /** The data are another mbuf's. */
  public static final long INDIRECT = 1L << 62;

  private MbufFlags() {}
}
