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
  public static final long RX_IP_CKSUM_NONE = RX_IP_CKSUM_BAD | RX_IP_CKSUM_GOOD;
  public static final long RX_IP_CKSUM_MASK = RX_IP_CKSUM_NONE;
  public static final long RX_L4_CKSUM_NONE = RX_L4_CKSUM_BAD | RX_L4_CKSUM_GOOD;
  public static final long RX_L4_CKSUM_MASK = RX_L4_CKSUM_NONE;
  public static final long RX_IEEE1588_PTP = 1L << 9;
  public static final long RX_IEEE1588_TMST = 1L << 10;
  public static final long RX_FDIR_ID = 1L << 13;
  public static final long RX_FDIR_FLX = 1L << 14;
  public static final long RX_QINQ_STRIPPED = 1L << 15;
  public static final long RX_LRO = 1L << 16;
  public static final long RX_SEC_OFFLOAD = 1L << 18;
  public static final long RX_SEC_OFFLOAD_FAILED = 1L << 19;
  public static final long RX_QINQ = 1L << 20;
  public static final long RX_OUTER_L4_CKSUM_BAD = 1L << 21;
  public static final long RX_OUTER_L4_CKSUM_GOOD = 1L << 22;
  public static final long RX_OUTER_L4_CKSUM_INVALID =
      RX_OUTER_L4_CKSUM_BAD | RX_OUTER_L4_CKSUM_GOOD;
  public static final long RX_OUTER_L4_CKSUM_MASK = RX_OUTER_L4_CKSUM_INVALID;

  public static final long TX_OUTER_UDP_CKSUM = 1L << 41;
  public static final long TX_UDP_SEG = 1L << 42;
  public static final long TX_SEC_OFFLOAD = 1L << 43;
  public static final long TX_MACSEC = 1L << 44;
  public static final long TX_TUNNEL_VXLAN = 1L << 45;
  public static final long TX_TUNNEL_GRE = 2L << 45;
  public static final long TX_TUNNEL_IPIP = 3L << 45;
  public static final long TX_TUNNEL_GENEVE = 4L << 45;
  public static final long TX_TUNNEL_MPLSINUDP = 5L << 45;
  public static final long TX_TUNNEL_VXLAN_GPE = 6L << 45;
  public static final long TX_TUNNEL_GTP = 7L << 45;
  public static final long TX_TUNNEL_ESP = 8L << 45;
  public static final long TX_TUNNEL_IP = 13L << 45;
  public static final long TX_TUNNEL_UDP = 14L << 45;
  public static final long TX_TUNNEL_MASK = 15L << 45;
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
  public static final long TX_OUTER_IPV4 = 1L << 59;
  public static final long TX_OUTER_IPV6 = 1L << 60;

  /** Every bit that asks the device for something. */
  public static final long TX_OFFLOAD_MASK =
      TX_OUTER_IPV6
          | TX_OUTER_IPV4
          | TX_OUTER_IP_CKSUM
          | TX_VLAN
          | TX_IPV6
          | TX_IPV4
          | TX_IP_CKSUM
          | TX_L4_MASK
          | TX_IEEE1588_TMST
          | TX_TCP_SEG
          | TX_QINQ
          | TX_TUNNEL_MASK
          | TX_MACSEC
          | TX_SEC_OFFLOAD
          | TX_UDP_SEG
          | TX_OUTER_UDP_CKSUM;

  /** The data are in a buffer from outside any pool. */
  public static final long EXTERNAL = 1L << 61;

  /** The data are another mbuf's. */
  public static final long INDIRECT = 1L << 62;

  private MbufFlags() {}
}
