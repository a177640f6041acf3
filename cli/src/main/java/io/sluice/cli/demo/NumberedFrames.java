package io.sluice.cli.demo;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The built-in frames sent over and over, each with its running number in its last {@value
 * #NUMBER_BYTES} bytes, in which no protocol looks: all are different, so that a frame that is lost
 * does not hide behind another that comes twice.
 */
final class NumberedFrames extends FrameCheck {
  static final int NUMBER_BYTES = 6;

  private static final int BLOCK = 1 << 16;

  private final List<byte[]> capture;
  private final long total;

  /** The numbers that have come, a block each; null for one of which all have. */
  private final Map<Long, BitSet> seen = new HashMap<>();

  /** Expects the capture from its start over and over, {@code total} frames in all. */
  NumberedFrames(List<byte[]> capture, long total) {
    this.capture = capture;
    this.total = total;
  }

  /** Writes its number into a frame, in network order. */
  static void stamp(byte[] frame, long number) {
    for (int i = 1; i <= NUMBER_BYTES; i++) {
      frame[frame.length - i] = (byte) (number >>> 8 * (i - 1));
    }
  }

  private static long number(byte[] frame, int length) {
    long number = 0;
    for (int i = length - NUMBER_BYTES; i < length; i++) {
      number = number << 8 | frame[i] & 0xff;
    }
    return number;
  }

  @Override
  boolean isExpected(byte[] frame, int length) {
    if (length < NUMBER_BYTES) {
      return false;
    }
    long number = number(frame, length);
    if (number >= total) {
      return false;
    }
    byte[] sent = capture.get((int) (number % capture.size()));
    int same = length - NUMBER_BYTES;
    return sent.length == length && Arrays.equals(sent, 0, same, frame, 0, same) && isFirst(number);
  }

  private boolean isFirst(long number) {
    long block = number / BLOCK;
    int index = (int) (number % BLOCK);
    BitSet numbers = seen.get(block);
    if (numbers == null) {
      if (seen.containsKey(block)) {
        return false;
      }
      numbers = new BitSet(BLOCK);
      seen.put(block, numbers);
    }
    if (numbers.get(index)) {
      return false;
    }
    numbers.set(index);
    // Of a thousand million frames the bits would take 120 MB; those under way lie close together.
    if (numbers.nextClearBit(index) == BLOCK && numbers.cardinality() == BLOCK) {
      seen.put(block, null);
    }
    return true;
  }
}
