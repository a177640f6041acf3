package io.sluice.samples.l3fwd;

import io.sluice.platform.Memory;

/**
 * The IPv4 header (RFC 791 §3.1), read and changed in place. Addresses and ports are in host byte
 * order.
 *
 * <pre>
 *  0 version, header words | 1 service  | 2 total length
 *  4 identification                     | 6 flags, fragment offset
 *  8 time to live          | 9 protocol | 10 header checksum
 * 12 source address
 * 16 destination address
 * 20 options; then, in TCP and UDP: source port, destination port
 * </pre>
 */
final class Ipv4 {
  static final int MIN_HEADER = 20;
  static final int TCP = 6;
  static final int UDP = 17;

  private static final int TTL = 8;
  private static final int PROTOCOL = 9;
  private static final int CHECKSUM = 10;
  private static final int SOURCE = 12;
  private static final int DESTINATION = 16;

  private Ipv4() {}

  static int source(long header) {
    return beInt(header + SOURCE);
  }

  static int destination(long header) {
    return beInt(header + DESTINATION);
  }

  static int protocol(long header) {
    return Memory.getByte(header + PROTOCOL) & 0xff;
  }

  static int timeToLive(long header) {
    return Memory.getByte(header + TTL) & 0xff;
  }

  static int headerLength(long header) {
    return (Memory.getByte(header) & 0xf) << 2;
  }

  static int sourcePort(long header) {
    return beShort(header + headerLength(header));
  }

  static int destinationPort(long header) {
    return beShort(header + headerLength(header) + 2);
  }

  /** Whether TCP or UDP ports follow the header: not so in a fragment beyond the first. */
  static boolean hasPorts(long header) {
    int protocol = protocol(header);
    return (protocol == TCP || protocol == UDP) && (beShort(header + 6) & 0x1fff) == 0;
  }

  /**
   * Whether a router may forward the packet by its header alone: the checks of RFC 1812 §5.2.2.
   *
   * @param available bytes from the header to the end of the frame
   */
  static boolean isValid(long header, int available) {
    if (available < MIN_HEADER || (Memory.getByte(header) >>> 4 & 0xf) != 4) {
      return false;
    }
    int length = headerLength(header);
    int total = beShort(header + 2);
    return length >= MIN_HEADER
        && total >= length
        && total <= available
        && checksum(header, length) == 0xffff;
  }

  /** One hop less, with the checksum changed to match (RFC 1624, equation 3). */
  static void decrementTimeToLive(long header) {
    Memory.putByte(header + TTL, (byte) (timeToLive(header) - 1));
    int sum = beShort(header + CHECKSUM) + 0x100;
    sum = (sum & 0xffff) + (sum >>> 16);
    Memory.putByte(header + CHECKSUM, (byte) (sum >>> 8));
    Memory.putByte(header + CHECKSUM + 1, (byte) sum);
  }

  /** The one's complement sum of the header: 0xffff when its checksum is right. */
  private static int checksum(long header, int length) {
    int sum = 0;
    for (int i = 0; i < length; i += 2) {
      sum += beShort(header + i);
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    return (sum & 0xffff) + (sum >>> 16);
  }

  /** Bytewise: the header sits 14 bytes into the frame, so that its words are not aligned. */
  private static int beShort(long address) {
    return (Memory.getByte(address) & 0xff) << 8 | Memory.getByte(address + 1) & 0xff;
  }

  private static int beInt(long address) {
    return beShort(address) << 16 | beShort(address + 2);
  }
}
