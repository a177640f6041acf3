package io.sluice.cli.demo;

/**
 * Compares what comes out with what was sent, byte by byte, in any order. Whatever came out that
 * was not sent so, or more often than it was sent, is counted as mismatched, and so is missing from
 * the rest. One thread at a time.
 */
abstract class FrameCheck {
  private long received;
  private long bytes;
  private long mismatched;

  /** Takes a frame that has come out. */
  final void receive(byte[] frame, int length) {
    received++;
    bytes += length;
    if (!isExpected(frame, length)) {
      mismatched++;
    }
  }

  /** Whether this frame is to come still; it is not to come again then. */
  abstract boolean isExpected(byte[] frame, int length);

  final long received() {
    return received;
  }

  final long bytes() {
    return bytes;
  }

  /** Frames that nobody sent, or that came more often than they were sent. */
  final long mismatched() {
    return mismatched;
  }
}
