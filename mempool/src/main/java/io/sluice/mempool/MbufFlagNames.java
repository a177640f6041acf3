package io.sluice.mempool;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Names of {@link MbufFlags}, as DPDK spells them ({@code rte_get_rx_ol_flag_name} and its kin).
 */
public final class MbufFlagNames {
  private static final String PREFIX = "RTE_MBUF_F_";

  /** A value of the bits of a mask; 0 is the value that says nothing of them is known. */
  private record Flag(long value, long mask, String name) {}

  private static final List<Flag> RX =
      List.of(
          new Flag(MbufFlags.RX_VLAN, MbufFlags.RX_VLAN, "RX_VLAN"),
          new Flag(MbufFlags.RX_RSS_HASH, MbufFlags.RX_RSS_HASH, "RX_RSS_HASH"),
          new Flag(MbufFlags.RX_FDIR, MbufFlags.RX_FDIR, "RX_FDIR"),
          new Flag(MbufFlags.RX_L4_CKSUM_BAD, MbufFlags.RX_L4_CKSUM_MASK, "RX_L4_CKSUM_BAD"),
          new Flag(MbufFlags.RX_L4_CKSUM_GOOD, MbufFlags.RX_L4_CKSUM_MASK, "RX_L4_CKSUM_GOOD"),
          new Flag(MbufFlags.RX_L4_CKSUM_NONE, MbufFlags.RX_L4_CKSUM_MASK, "RX_L4_CKSUM_NONE"),
          new Flag(0, MbufFlags.RX_L4_CKSUM_MASK, "RX_L4_CKSUM_UNKNOWN"),
          new Flag(MbufFlags.RX_IP_CKSUM_BAD, MbufFlags.RX_IP_CKSUM_MASK, "RX_IP_CKSUM_BAD"),
          new Flag(MbufFlags.RX_IP_CKSUM_GOOD, MbufFlags.RX_IP_CKSUM_MASK, "RX_IP_CKSUM_GOOD"),
          new Flag(MbufFlags.RX_IP_CKSUM_NONE, MbufFlags.RX_IP_CKSUM_MASK, "RX_IP_CKSUM_NONE"),
          new Flag(0, MbufFlags.RX_IP_CKSUM_MASK, "RX_IP_CKSUM_UNKNOWN"),
          new Flag(
              MbufFlags.RX_OUTER_IP_CKSUM_BAD,
              MbufFlags.RX_OUTER_IP_CKSUM_BAD,
              "RX_OUTER_IP_CKSUM_BAD"),
          new Flag(MbufFlags.RX_VLAN_STRIPPED, MbufFlags.RX_VLAN_STRIPPED, "RX_VLAN_STRIPPED"),
          new Flag(MbufFlags.RX_IEEE1588_PTP, MbufFlags.RX_IEEE1588_PTP, "RX_IEEE1588_PTP"),
          new Flag(MbufFlags.RX_IEEE1588_TMST, MbufFlags.RX_IEEE1588_TMST, "RX_IEEE1588_TMST"),
          new Flag(MbufFlags.RX_FDIR_ID, MbufFlags.RX_FDIR_ID, "RX_FDIR_ID"),
          new Flag(MbufFlags.RX_FDIR_FLX, MbufFlags.RX_FDIR_FLX, "RX_FDIR_FLX"),
          new Flag(MbufFlags.RX_QINQ_STRIPPED, MbufFlags.RX_QINQ_STRIPPED, "RX_QINQ_STRIPPED"),
          new Flag(MbufFlags.RX_LRO, MbufFlags.RX_LRO, "RX_LRO"),
          new Flag(MbufFlags.RX_SEC_OFFLOAD, MbufFlags.RX_SEC_OFFLOAD, "RX_SEC_OFFLOAD"),
          new Flag(
              MbufFlags.RX_SEC_OFFLOAD_FAILED,
              MbufFlags.RX_SEC_OFFLOAD_FAILED,
              "RX_SEC_OFFLOAD_FAILED"),
          new Flag(MbufFlags.RX_QINQ, MbufFlags.RX_QINQ, "RX_QINQ"),
          new Flag(
              MbufFlags.RX_OUTER_L4_CKSUM_BAD,
              MbufFlags.RX_OUTER_L4_CKSUM_MASK,
              "RX_OUTER_L4_CKSUM_BAD"),
          new Flag(
              MbufFlags.RX_OUTER_L4_CKSUM_GOOD,
              MbufFlags.RX_OUTER_L4_CKSUM_MASK,
              "RX_OUTER_L4_CKSUM_GOOD"),
          new Flag(
              MbufFlags.RX_OUTER_L4_CKSUM_INVALID,
              MbufFlags.RX_OUTER_L4_CKSUM_MASK,
              "RX_OUTER_L4_CKSUM_INVALID"),
          new Flag(0, MbufFlags.RX_OUTER_L4_CKSUM_MASK, "RX_OUTER_L4_CKSUM_UNKNOWN"));

  private static final List<Flag> TX =
      List.of(
          new Flag(MbufFlags.TX_VLAN, MbufFlags.TX_VLAN, "TX_VLAN"),
          new Flag(MbufFlags.TX_IP_CKSUM, MbufFlags.TX_IP_CKSUM, "TX_IP_CKSUM"),
          new Flag(MbufFlags.TX_TCP_CKSUM, MbufFlags.TX_L4_MASK, "TX_TCP_CKSUM"),
          new Flag(MbufFlags.TX_SCTP_CKSUM, MbufFlags.TX_L4_MASK, "TX_SCTP_CKSUM"),
          new Flag(MbufFlags.TX_UDP_CKSUM, MbufFlags.TX_L4_MASK, "TX_UDP_CKSUM"),
          new Flag(0, MbufFlags.TX_L4_MASK, "TX_L4_NO_CKSUM"),
          new Flag(MbufFlags.TX_IEEE1588_TMST, MbufFlags.TX_IEEE1588_TMST, "TX_IEEE1588_TMST"),
          new Flag(MbufFlags.TX_TCP_SEG, MbufFlags.TX_TCP_SEG, "TX_TCP_SEG"),
          new Flag(MbufFlags.TX_IPV4, MbufFlags.TX_IPV4, "TX_IPV4"),
          new Flag(MbufFlags.TX_IPV6, MbufFlags.TX_IPV6, "TX_IPV6"),
          new Flag(MbufFlags.TX_OUTER_IP_CKSUM, MbufFlags.TX_OUTER_IP_CKSUM, "TX_OUTER_IP_CKSUM"),
          new Flag(MbufFlags.TX_OUTER_IPV4, MbufFlags.TX_OUTER_IPV4, "TX_OUTER_IPV4"),
          new Flag(MbufFlags.TX_OUTER_IPV6, MbufFlags.TX_OUTER_IPV6, "TX_OUTER_IPV6"),
          new Flag(MbufFlags.TX_TUNNEL_VXLAN, MbufFlags.TX_TUNNEL_MASK, "TX_TUNNEL_VXLAN"),
          new Flag(MbufFlags.TX_TUNNEL_GTP, MbufFlags.TX_TUNNEL_MASK, "TX_TUNNEL_GTP"),
          new Flag(MbufFlags.TX_TUNNEL_GRE, MbufFlags.TX_TUNNEL_MASK, "TX_TUNNEL_GRE"),
          new Flag(MbufFlags.TX_TUNNEL_IPIP, MbufFlags.TX_TUNNEL_MASK, "TX_TUNNEL_IPIP"),
          new Flag(MbufFlags.TX_TUNNEL_GENEVE, MbufFlags.TX_TUNNEL_MASK, "TX_TUNNEL_GENEVE"),
          new Flag(MbufFlags.TX_TUNNEL_MPLSINUDP, MbufFlags.TX_TUNNEL_MASK, "TX_TUNNEL_MPLSINUDP"),
          new Flag(MbufFlags.TX_TUNNEL_VXLAN_GPE, MbufFlags.TX_TUNNEL_MASK, "TX_TUNNEL_VXLAN_GPE"),
          new Flag(MbufFlags.TX_TUNNEL_IP, MbufFlags.TX_TUNNEL_MASK, "TX_TUNNEL_IP"),
          new Flag(MbufFlags.TX_TUNNEL_UDP, MbufFlags.TX_TUNNEL_MASK, "TX_TUNNEL_UDP"),
          new Flag(MbufFlags.TX_QINQ, MbufFlags.TX_QINQ, "TX_QINQ"),
          new Flag(MbufFlags.TX_MACSEC, MbufFlags.TX_MACSEC, "TX_MACSEC"),
          new Flag(MbufFlags.TX_SEC_OFFLOAD, MbufFlags.TX_SEC_OFFLOAD, "TX_SEC_OFFLOAD"),
          new Flag(MbufFlags.TX_UDP_SEG, MbufFlags.TX_UDP_SEG, "TX_UDP_SEG"),
          new Flag(
              MbufFlags.TX_OUTER_UDP_CKSUM, MbufFlags.TX_OUTER_UDP_CKSUM, "TX_OUTER_UDP_CKSUM"));

  private MbufFlagNames() {}

  /** The name of one receive flag, or null. */
  public static String rx(long flag) {
    return name(RX, flag);
  }

  /** The name of one send flag, or null. */
  public static String tx(long flag) {
    return name(TX, flag);
  }

  private static String name(List<Flag> flags, long value) {
    for (Flag flag : flags) {
      if (value != 0 && flag.value == value) {
        return PREFIX + flag.name;
      }
    }
    return null;
  }

  /** The names of all that receive flags say, each with a blank behind. */
  public static String rxList(long flags) {
    return list(RX, flags);
  }

  /** The names of all that send flags say, each with a blank behind. */
  public static String txList(long flags) {
    return list(TX, flags);
  }

  private static String list(List<Flag> known, long flags) {
    return known.stream()
        .filter(flag -> (flags & flag.mask) == flag.value)
        .map(flag -> PREFIX + flag.name + " ")
        .collect(Collectors.joining());
  }
}
