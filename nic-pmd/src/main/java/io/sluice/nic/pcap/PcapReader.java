package io.sluice.nic.pcap;

import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/**
 * Reads the packets of a capture, a file or a named pipe, one after another. Classic pcap of either
 * byte order with micro- or nanoseconds, of Ethernet frames. Reading allocates nothing and never
 * waits. One thread at a time.
 */
public final class PcapReader implements AutoCloseable {
  private final String path;
  private final CaptureInput input;
  private final boolean swapped;
  private final long fractionNanos;
  private long data;
  private int length;
  private int toSkip;
  private long timestamp;
  private boolean damaged;

  private PcapReader(String path, CaptureInput input) {
    this.path = path;
    this.input = input;
    input.awaitStart(PcapLayout.FILE_HEADER);
    int magic = Memory.getInt(input.position());
    swapped =
        magic == Integer.reverseBytes(PcapLayout.MAGIC_MICROS)
            || magic == Integer.reverseBytes(PcapLayout.MAGIC_NANOS);
    int plain = swapped ? Integer.reverseBytes(magic) : magic;
    if (plain != PcapLayout.MAGIC_MICROS && plain != PcapLayout.MAGIC_NANOS) {
      throw new SluiceException(
          Errno.EINVAL,
          "'"
              + path
              + "' is no pcap file: it begins with 0x"
              + Integer.toHexString(magic)
              + "; convert it with 'editcap -F pcap'");
    }
    fractionNanos = plain == PcapLayout.MAGIC_MICROS ? 1000 : 1;
    int linktype = field(PcapLayout.FILE_LINKTYPE) & 0xffff;
    if (linktype != PcapLayout.LINKTYPE_ETHERNET) {
      throw new SluiceException(
          Errno.EINVAL,
          "'" + path + "' has link type " + linktype + ", only Ethernet (1) is accepted");
    }
    toSkip = PcapLayout.FILE_HEADER;
  }

  /**
   * Opens a capture; waits up to 10 seconds for the header to come through a pipe.
   *
   * @throws SluiceException in one line, if it cannot be read or is no capture of Ethernet frames
   */
  public static PcapReader open(String path) {
    CaptureInput input = CaptureInput.open(path);
    try {
      return new PcapReader(path, input);
    } catch (RuntimeException e) {
      input.close();
      throw e;
    }
  }

  /** Records are of any length, so that fields may lie at any address. */
  private int field(int offset) {
    long address = input.position() + offset;
    int value =
        Memory.getByte(address) & 0xff
            | (Memory.getByte(address + 1) & 0xff) << 8
            | (Memory.getByte(address + 2) & 0xff) << 16
            | Memory.getByte(address + 3) << 24;
    return swapped ? Integer.reverseBytes(value) : value;
  }

  /**
   * Goes to the next packet.
   *
   * @return false at the end, where the capture is cut short or damaged, and where a pipe has no
   *     whole packet just now
   */
  public boolean next() {
    input.skip(toSkip);
    toSkip = 0;
    if (damaged || !input.has(PcapLayout.RECORD_HEADER)) {
      return false;
    }
    int captured = field(PcapLayout.CAPTURED);
    if (captured < 0 || captured > PcapLayout.MAX_SNAPLEN) {
      damaged = true;
      return false;
    }
    if (!input.has(PcapLayout.RECORD_HEADER + captured)) {
      return false;
    }
    timestamp =
        (field(PcapLayout.SECONDS) & 0xffff_ffffL) * 1_000_000_000L
            + (field(PcapLayout.FRACTION) & 0xffff_ffffL) * fractionNanos;
    data = input.position() + PcapLayout.RECORD_HEADER;
    length = captured;
    toSkip = PcapLayout.RECORD_HEADER + captured;
    return true;
  }

  /** Where the packet's bytes are, until the next {@link #next}. */
  public long data() {
    return data;
  }

  /** How many bytes of the packet were captured. */
  public int length() {
    return length;
  }

  /** When it was captured, in nanoseconds since 1970. */
  public long timestamp() {
    return timestamp;
  }

  /** Whether {@link #next} ended in the middle of a packet, or at one that cannot be. */
  public boolean isTruncated() {
    return damaged || input.endedWithin();
  }

  /** Whether no packet will come any more. */
  public boolean isEnded() {
    return damaged || input.endedWithin() || input.isEnded();
  }

  /**
   * Starts again at the first packet.
   *
   * @throws SluiceException ESPIPE for a pipe
   */
  public void rewind() {
    if (input.isPipe()) {
      throw new SluiceException(
          Errno.ESPIPE, "'" + path + "' is a pipe and cannot be read twice; take a plain file");
    }
    input.rewind();
    damaged = false;
    toSkip = input.has(PcapLayout.FILE_HEADER) ? PcapLayout.FILE_HEADER : 0;
  }

  @Override
  public void close() {
    input.close();
  }
}
