package io.sluice.nic.pcap;

import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/**
 * Reads the packets of a capture of Ethernet frames, a file or a named pipe, one after another.
 * Reading allocates nothing and never waits. One thread at a time.
 */
public abstract sealed class CaptureReader implements AutoCloseable
    permits PcapReader, PcapngReader {
  final String path;
  final CaptureInput input;
  boolean swapped;
  boolean damaged;
  private String expected;
  private long found;
  private long data;
  private int length;
  private long timestamp;
  private long toSkip;

  CaptureReader(String path, CaptureInput input) {
    this.path = path;
    this.input = input;
  }

  /**
   * Opens a capture, pcap or pcapng as its first bytes say; waits up to 10 seconds for them to come
   * through a pipe.
   *
   * @throws SluiceException in one line, if it cannot be read or is no capture of Ethernet frames
   */
  public static CaptureReader open(String path) {
    CaptureInput input = CaptureInput.open(path);
    try {
      input.awaitStart(PcapLayout.FILE_HEADER);
      return Memory.getInt(input.position()) == PcapngLayout.SECTION_HEADER
          ? new PcapngReader(path, input)
          : new PcapReader(path, input);
    } catch (RuntimeException e) {
      input.close();
      throw e;
    }
  }

  /** A 32-bit field of what comes next; fields may lie at any address. */
  final int field(int offset) {
    long address = input.position() + offset;
    int value =
        Memory.getByte(address) & 0xff
            | (Memory.getByte(address + 1) & 0xff) << 8
            | (Memory.getByte(address + 2) & 0xff) << 16
            | Memory.getByte(address + 3) << 24;
    return swapped ? Integer.reverseBytes(value) : value;
  }

  /** An unsigned 16-bit field. */
  final int shortField(int offset) {
    long address = input.position() + offset;
    int low = Memory.getByte(address) & 0xff;
    int high = Memory.getByte(address + 1) & 0xff;
    return swapped ? low << 8 | high : high << 8 | low;
  }

  final SluiceException notEthernet(int linkType) {
    return new SluiceException(
        Errno.EINVAL,
        "'" + path + "' has link type " + linkType + ", only Ethernet (1) is accepted");
  }

  /** The next call of {@link #next} goes on so many bytes behind. */
  final void skipThen(long bytes) {
    toSkip = bytes;
  }

  /** What {@link #next} has found: it ends {@code block} bytes behind the input's position. */
  final boolean found(int offset, int captured, long nanos, long block) {
    data = input.position() + offset;
    length = captured;
    timestamp = nanos;
    toSkip = block;
    return true;
  }

  /** Nothing behind this can be read: what begins at the input's position cannot be. */
  final boolean damaged(String wanted, long there) {
    damaged = true;
    expected = wanted;
    found = there;
    return false;
  }

  /**
   * Goes to the next packet.
   *
   * @return false at the end, where the capture is cut short or damaged, and where a pipe has no
   *     whole packet just now
   */
  public final boolean next() {
    if (toSkip != 0) {
      input.skip(toSkip);
      toSkip = 0;
    }
    return !damaged && read();
  }

  /** {@link #next} from the input's position. */
  abstract boolean read();

  /** Where the packet's bytes are, until the next {@link #next}. */
  public final long data() {
    return data;
  }

  /** How many bytes of the packet were captured. */
  public final int length() {
    return length;
  }

  /** When it was captured, in nanoseconds since 1970. */
  public final long timestamp() {
    return timestamp;
  }

  /** Packets left out since the last call, as they are of an interface that is not Ethernet. */
  public int takeLeftOut() {
    return 0;
  }

  /** Whether {@link #next} ended in the middle of a packet, or at one that cannot be. */
  public final boolean isTruncated() {
    return damaged || input.endedWithin();
  }

  /** Once {@link #isTruncated}: in one line which capture it is, where, and what was expected. */
  public final String truncation() {
    return "capture '"
        + path
        + "' "
        + (damaged
            ? "is damaged in what begins at offset "
                + input.offset()
                + ": "
                + expected
                + " expected, found "
                + found
                + " (0x"
                + Long.toHexString(found)
                + ")"
            : input.cut())
        + "; only what is before that can be read";
  }

  /** Whether no packet will come any more. */
  public final boolean isEnded() {
    return damaged || input.endedWithin() || input.isEnded();
  }

  /**
   * Starts again at the first packet.
   *
   * @throws SluiceException ESPIPE for a pipe
   */
  public final void rewind() {
    if (input.isPipe()) {
      throw new SluiceException(
          Errno.ESPIPE, "'" + path + "' is a pipe and cannot be read twice; take a plain file");
    }
    input.rewind();
    damaged = false;
    toSkip = 0;
    start();
  }

  /** Prepares for the first packet, with the input at its first byte. */
  abstract void start();

  @Override
  public final void close() {
    input.close();
  }
}
