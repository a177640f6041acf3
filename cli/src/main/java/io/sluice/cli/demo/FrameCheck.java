package io.sluice.cli.demo;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares what comes out with what was sent, byte by byte: each frame of the capture must come as
 * often as it was sent, in any order, and nothing else. One thread at a time.
 */
final class FrameCheck {
  private final Map<Key, long[]> counts = new HashMap<>();
  private final Key probe = new Key();
  private long received;
  private long bytes;
  private long mismatched;

  /** Wraps a frame's bytes, which it compares and does not copy. */
  private static final class Key {
    private byte[] bytes;
    private int length;
    private int hash;

    private Key set(byte[] frame, int frameLength) {
      bytes = frame;
      length = frameLength;
      hash = frameLength;
      for (int i = 0; i < frameLength; i++) {
        hash = 31 * hash + frame[i];
      }
      return this;
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && Arrays.equals(bytes, 0, length, key.bytes, 0, key.length);
    }
  }

  /**
   * Expects the capture from its start over and over, {@code total} frames in all; equal frames
   * count together.
   */
  FrameCheck(List<byte[]> capture, long total) {
    for (int i = 0; i < capture.size(); i++) {
      long times = total / capture.size() + (i < total % capture.size() ? 1 : 0);
      byte[] frame = capture.get(i);
      counts.computeIfAbsent(new Key().set(frame, frame.length), key -> new long[1])[0] += times;
    }
  }

  /** Takes a frame that has come out. */
  void receive(byte[] frame, int length) {
    received++;
    bytes += length;
    long[] left = counts.get(probe.set(frame, length));
    if (left == null || left[0] == 0) {
      mismatched++;
    } else {
      left[0]--;
    }
  }

  long received() {
    return received;
  }

  long bytes() {
    return bytes;
  }

  /** Frames that nobody sent, or that came more often than they were sent. */
  long mismatched() {
    return mismatched;
  }
}
