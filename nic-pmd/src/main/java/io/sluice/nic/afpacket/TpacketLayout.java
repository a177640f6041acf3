package io.sluice.nic.afpacket;

/**
 * {@code struct tpacket2_hdr} at the start of each frame of a packet socket's rings, and the
 * numbers that go with it ({@code linux/if_packet.h}).
 *
 * <pre>
 *    0 tp_status u32    8 tp_snaplen u32   14 tp_net u16   20 tp_nsec u32        28 padding
 *    4 tp_len u32      12 tp_mac u16       16 tp_sec u32   24 tp_vlan_tci u16    32 end
 *                                                          26 tp_vlan_tpid u16
 * </pre>
 */
final class TpacketLayout {
  static final int STATUS = 0;
  static final int LEN = 4;
  static final int SNAPLEN = 8;
  static final int MAC = 12;
  static final int VLAN_TCI = 24;
  static final int VLAN_TPID = 26;

  /** Where a frame to send begins: {@code TPACKET2_HDRLEN - sizeof(struct sockaddr_ll)}. */
  static final int TX_DATA = 32;

  /** Where a received frame begins at the latest: behind {@code TPACKET2_HDRLEN}, aligned to 16. */
  static final int RX_DATA = 66;

  static final int STATUS_KERNEL = 0;
  static final int STATUS_USER = 1;
  static final int STATUS_VLAN_VALID = 0x10;
  static final int STATUS_VLAN_TPID_VALID = 0x40;
  static final int STATUS_AVAILABLE = 0;
  static final int STATUS_SEND_REQUEST = 1;
  static final int STATUS_WRONG_FORMAT = 4;

  static final int SOL_PACKET = 263;
  static final int PACKET_ADD_MEMBERSHIP = 1;
  static final int PACKET_DROP_MEMBERSHIP = 2;
  static final int MR_PROMISC = 1;
  static final int MR_ALLMULTI = 2;
  static final int MR_UNICAST = 3;
  static final int PACKET_RX_RING = 5;
  static final int PACKET_STATISTICS = 6;
  static final int PACKET_VERSION = 10;
  static final int PACKET_TX_RING = 13;
  static final int PACKET_LOSS = 14;
  static final int PACKET_FANOUT = 18;
  static final int PACKET_QDISC_BYPASS = 20;
  static final int PACKET_IGNORE_OUTGOING = 23;
  static final int TPACKET_V2 = 1;
  static final int FANOUT_HASH = 0;
  static final int FANOUT_FLAG_ROLLOVER = 0x1000;
  static final int ETH_P_ALL = 3;

  private TpacketLayout() {}
}
