package io.sluice.ring;

/**
 * Offsets of a {@link MessageRing}, which DPDK has not: the memzone {@code SLUICE_mr_NAME}.
 *
 * <pre>
 *     0  4  1 once all of it is there
 *     4  4  slots, a power of two
 *     8  4  bytes of a message
 *    12  4  bytes of a slot, as a power of two
 *   128  8  how many messages have been sent: the producer's
 *   256  8  how many have been received: the consumer's
 *   384     slots: {stamp u64, the message}
 * </pre>
 *
 * <p>Three lines apart by two, as in {@code rte_ring}, since processors fetch lines in pairs.
 */
final class MessageRingLayout {
  static final int READY = 0;
  static final int SLOTS = 4;
  static final int MESSAGE_SIZE = 8;
  static final int SLOT_SHIFT = 12;
  static final int SENT = 128;
  static final int RECEIVED = 256;
  static final int SIZEOF = 384;

  /** In a slot. */
  static final int STAMP = 0;

  static final int MESSAGE = 8;

  private MessageRingLayout() {}
}
