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
    // 0x100 more in network order is 1 more in that of x86; the carry comes in at the other end.
    int sum = (Memory.getShort(header + CHECKSUM) & 0xffff) + 1;
    Memory.putShort(header + CHECKSUM, (short) (sum + (sum >>> 16)));
  }

  /**
   * The one's complement sum of the header: 0xffff when its checksum is right. In words of four
   * bytes and in the machine's order, which makes no difference to that (RFC 1071 §2).
   */
  private static int checksum(long header, int length) {
    long sum = 0;
    for (int i = 0; i < length; i += 4) {
      sum += Memory.getUnsignedInt(header + i);
    }
    sum = (sum & 0xffff) + (sum >>> 16 & 0xffff) + (sum >>> 32);
    sum = (sum & 0xffff) + (sum >>> 16);
    return (int) ((sum & 0xffff) + (sum >>> 16));
  }

  private static int beShort(long address) {
    return Short.reverseBytes(Memory.getShort(address)) & 0xffff;
  }

  private static int beInt(long address) {
    return Integer.reverseBytes(Memory.getInt(address));
  }
}
