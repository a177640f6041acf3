package io.sluice.cli.demo;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A user's capture sent over and over as it is: each of its frames must come as often as it was
 * sent. Frames that are equal cannot be told apart, so that one that is lost and one that comes
 * twice make up for each other; {@link NumberedFrames} see that.
 */
final class RepeatedFrames extends FrameCheck {
  private final Map<Key, long[]> counts = new HashMap<>();
  private final Key probe = new Key();

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

  /** Expects the capture from its start over and over, {@code total} frames in all. */
  RepeatedFrames(List<byte[]> capture, long total) {
    for (int i = 0; i < capture.size(); i++) {
      long times = total / capture.size() + (i < total % capture.size() ? 1 : 0);
      byte[] frame = capture.get(i);
      counts.computeIfAbsent(new Key().set(frame, frame.length), key -> new long[1])[0] += times;
    }
  }

  @Override
  boolean isExpected(byte[] frame, int length) {
    long[] left = counts.get(probe.set(frame, length));
    if (left == null || left[0] == 0) {
      return false;
    }
    left[0]--;
    return true;
  }
}
