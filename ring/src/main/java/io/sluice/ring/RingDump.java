package io.sluice.ring;

/** {@code rte_ring_dump}: the same fields in the same order. */
final class RingDump {
  private RingDump() {}

  static String of(Ring ring) {
    return "ring <"
        + ring.name()
        + ">@0x"
        + Long.toHexString(ring.address())
        + "\n  flags="
        + Integer.toHexString(ring.flags())
        + "\n  size="
        + Integer.toUnsignedString(ring.size())
        + "\n  capacity="
        + Integer.toUnsignedString(ring.capacity())
        + "\n  ct="
        + Integer.toUnsignedString(ring.cons.tailPosition())
        + "\n  ch="
        + Integer.toUnsignedString(ring.cons.headPosition())
        + "\n  pt="
        + Integer.toUnsignedString(ring.prod.tailPosition())
        + "\n  ph="
        + Integer.toUnsignedString(ring.prod.headPosition())
        + "\n  used="
        + Integer.toUnsignedString(ring.count())
        + "\n  avail="
        + Integer.toUnsignedString(ring.freeCount())
        + "\n";
  }
}
