package io.sluice.cli.chaos;

import io.sluice.mempool.Mbuf;
import io.sluice.platform.Memory;

/**
 * What the packets carry: 8-byte words, first the packet's number and then words that follow from
 * it, so that each byte of every segment can be checked. Allocates nothing.
 */
final class Payload {
  /** The most words of a segment. */
  static final int MAX_WORDS = 24;

  /** Bytes of a segment's buffer, headroom included. */
  static final int ROOM = Mbuf.HEADROOM + MAX_WORDS * Long.BYTES;

  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private Payload() {}

  private static long word(long number, int index) {
    return index == 0 ? number : (number + index) * SPREAD ^ index;
  }

  /**
   * Fills one segment with the next words of a packet.
   *
   * @param from the words in the segments ahead of it
   */
  static void append(long segment, long number, int from, int words) {
    long data = Mbuf.append(segment, words * Long.BYTES);
    for (int i = 0; i < words; i++) {
      Memory.putLong(data + (long) i * Long.BYTES, word(number, from + i));
    }
  }

  /** The number of a packet, by its content. */
  static long number(long packet) {
    return Memory.getLong(Mbuf.mtod(packet));
  }

  /** Whether the content is what was written, in all segments, and as many bytes and segments. */
  static boolean isWhole(long packet) {
    long number = number(packet);
    int words = 0;
    int segments = 0;
    // A chain that was torn may well be a circle.
    int expected = Mbuf.nbSegs(packet);
    for (long segment = packet; segment != 0 && segments < expected; segment = Mbuf.next(segment)) {
      long data = Mbuf.mtod(segment);
      int end = Mbuf.dataLen(segment) / Long.BYTES;
      for (int i = 0; i < end; i++) {
        if (Memory.getLong(data + (long) i * Long.BYTES) != word(number, words++)) {
          return false;
        }
      }
      segments++;
      if (segments == expected && Mbuf.next(segment) != 0) {
        return false;
      }
    }
    return Mbuf.pktLen(packet) == words * Long.BYTES && segments == expected;
  }
}
