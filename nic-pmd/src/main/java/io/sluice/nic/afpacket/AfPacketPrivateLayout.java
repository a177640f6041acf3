package io.sluice.nic.afpacket;

/**
 * {@code struct pmd_internals}, {@code struct pkt_rx_queue} and {@code struct pkt_tx_queue} of
 * {@code drivers/net/af_packet}, 22.11.11. In early releases of 22.11 a {@code pkt_tx_queue} has 56
 * bytes: they read what the send queues from the second on have counted in the wrong place.
 */
final class AfPacketPrivateLayout {
  static final int NB_QUEUES = 0;
  static final int IF_INDEX = 4;
  static final int IF_NAME = 8;
  static final int ETH_ADDR = 16;
  static final int RX_QUEUE = 40;
  static final int TX_QUEUE = 48;
  static final int SIZEOF = 64;

  static final int RX_SOCKFD = 0;
  static final int RX_PKTS = 48;
  static final int RX_BYTES = 56;
  static final int RX_SIZEOF = 64;

  static final int TX_SOCKFD = 0;
  static final int TX_PKTS = 32;
  static final int TX_ERR_PKTS = 40;
  static final int TX_BYTES = 48;
  static final int TX_SIZEOF = 64;

  private AfPacketPrivateLayout() {}
}
