package io.sluice.nic.pcap;

import io.sluice.platform.Memory;

/**
 * An interface of a pcapng section.
 *
 * @param linkType 1 for Ethernet
 * @param snaplen most bytes captured of a packet, 0 for no limit
 * @param binary whether a tick is a power of 2 of a second, not of 10
 * @param exponent which power, negated
 * @param offsetSeconds added to every time
 */
record PcapngInterface(
    int linkType, long snaplen, boolean binary, int exponent, long offsetSeconds) {
  private static final int MICROSECONDS = 6;
  private static final int NANO_EXPONENT = 9;
  private static final long NANOS = 1_000_000_000L;
  private static final int OPTION_HEADER = 4;
  private static final int MAX_DECIMAL = 18;
  private static final int MAX_BINARY = 62;

  /** The interface block at the reader's position, whose body ends at {@code end}. */
  static PcapngInterface read(CaptureReader reader, int end) {
    int resolution = MICROSECONDS;
    long offset = 0;
    int at = PcapngLayout.INTERFACE_OPTIONS;
    while (at + OPTION_HEADER <= end) {
      int code = reader.shortField(at);
      int length = reader.shortField(at + 2);
      int value = at + OPTION_HEADER;
      if (code == 0 || value + length > end) {
        break;
      }
      if (code == PcapngLayout.IF_TSRESOL && length == 1) {
        resolution = Memory.getByte(reader.input.position() + value) & 0xff;
      } else if (code == PcapngLayout.IF_TSOFFSET && length == Long.BYTES) {
        long first = reader.field(value) & 0xffff_ffffL;
        long second = reader.field(value + 4) & 0xffff_ffffL;
        offset = reader.swapped ? first << 32 | second : second << 32 | first;
      }
      at = value + (length + 3 & ~3);
    }
    boolean binary = (resolution & 0x80) != 0;
    return new PcapngInterface(
        reader.shortField(PcapngLayout.LINK_TYPE),
        reader.field(PcapngLayout.SNAPLEN) & 0xffff_ffffL,
        binary,
        Math.min(resolution & 0x7f, binary ? MAX_BINARY : MAX_DECIMAL),
        offset);
  }

  boolean isEthernet() {
    return linkType == PcapLayout.LINKTYPE_ETHERNET;
  }

  /** A time in ticks as nanoseconds since 1970. */
  long nanos(long ticks) {
    return (binary ? binaryNanos(ticks) : decimalNanos(ticks)) + offsetSeconds * NANOS;
  }

  private long decimalNanos(long ticks) {
    long scale = 1;
    for (int i = Math.min(exponent, NANO_EXPONENT); i < Math.max(exponent, NANO_EXPONENT); i++) {
      scale *= 10;
    }
    return exponent <= NANO_EXPONENT ? ticks * scale : Long.divideUnsigned(ticks, scale);
  }

  private long binaryNanos(long ticks) {
    long seconds = ticks >>> exponent;
    long fraction = ticks - (seconds << exponent);
    // Below 2^34, or the product would overflow.
    int dropped = Math.max(0, exponent - 33);
    return seconds * NANOS + ((fraction >>> dropped) * NANOS >>> exponent - dropped);
  }
}
