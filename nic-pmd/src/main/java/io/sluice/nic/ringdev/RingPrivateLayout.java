package io.sluice.nic.ringdev;

/**
 * {@code struct pmd_internals} and {@code struct ring_queue} of {@code drivers/net/ring}, 22.11.11.
 */
final class RingPrivateLayout {
  static final int MAX_RX_QUEUES = 0;
  static final int MAX_TX_QUEUES = 4;
  static final int RX_RING_QUEUES = 8;
  static final int TX_RING_QUEUES = 392;
  static final int ADDRESS = 776;
  static final int SIZEOF = 792;

  static final int QUEUE_RNG = 0;
  static final int QUEUE_RX_PKTS = 8;
  static final int QUEUE_TX_PKTS = 16;
  static final int QUEUE_SIZEOF = 24;

  private RingPrivateLayout() {}
}
