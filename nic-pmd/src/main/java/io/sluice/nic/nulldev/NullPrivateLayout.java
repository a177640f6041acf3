package io.sluice.nic.nulldev;

/**
 * {@code struct pmd_internals} and {@code struct null_queue} of {@code drivers/net/null}, 22.11.11.
 */
final class NullPrivateLayout {
  static final int PACKET_SIZE = 0;
  static final int PACKET_COPY = 4;
  static final int NO_RX = 8;
  static final int PORT_ID = 12;
  static final int RX_NULL_QUEUES = 16;
  static final int TX_NULL_QUEUES = 40976;
  static final int ETH_ADDR = 81936;
  static final int SIZEOF = 82272;

  static final int QUEUE_RX_PKTS = 24;
  static final int QUEUE_TX_PKTS = 32;
  static final int QUEUE_SIZEOF = 40;

  private NullPrivateLayout() {}
}
