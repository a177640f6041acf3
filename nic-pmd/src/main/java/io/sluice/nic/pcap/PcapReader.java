package io.sluice.nic.pcap;

import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/**
 * Reads the packets of a capture file one after another, in place: the file is mapped, and a packet
 * is an address and a length. Classic pcap of either byte order with micro- or nanoseconds, of
 * Ethernet frames. Reading allocates nothing. One thread at a time.
 *
 * <p>The file must not be cut short while it is open.
 */
public final class PcapReader implements AutoCloseable {
  private final MappedFile file;
  private final boolean swapped;
  private final long fractionNanos;
  private final int maxLength;
  private long next;
  private long data;
  private int length;
  private long timestamp;
  private boolean truncated;

  private PcapReader(String path, MappedFile file) {
    this.file = file;
    long size = file.end() - file.address();
    int magic = size < PcapLayout.FILE_HEADER ? 0 : Memory.getInt(file.address());
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
    int linktype = field(file.address() + PcapLayout.FILE_LINKTYPE) & 0xffff;
    if (linktype != PcapLayout.LINKTYPE_ETHERNET) {
      throw new SluiceException(
          Errno.EINVAL,
          "'" + path + "' has link type " + linktype + ", only Ethernet (1) is accepted");
    }
    maxLength = Math.max(PcapLayout.MAX_SNAPLEN, field(file.address() + PcapLayout.FILE_SNAPLEN));
    rewind();
  }

  /**
   * Opens a file.
   *
   * @throws SluiceException in one line, if it cannot be read or is no capture of Ethernet frames
   */
  public static PcapReader open(String path) {
    MappedFile file = MappedFile.open(path);
    try {
      return new PcapReader(path, file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private int field(long address) {
    int value =
        (address & 3) == 0
            ? Memory.getInt(address)
            : (Memory.getByte(address) & 0xff)
                | (Memory.getByte(address + 1) & 0xff) << 8
                | (Memory.getByte(address + 2) & 0xff) << 16
                | (Memory.getByte(address + 3) & 0xff) << 24;
    return swapped ? Integer.reverseBytes(value) : value;
  }

  /** Goes to the next packet; false at the end, and where the file is cut short or damaged. */
  public boolean next() {
    if (next + PcapLayout.RECORD_HEADER > file.end()) {
      truncated = next != file.end();
      return false;
    }
    int captured = field(next + PcapLayout.CAPTURED);
    if (captured < 0
        || captured > maxLength
        || next + PcapLayout.RECORD_HEADER + captured > file.end()) {
      truncated = true;
      return false;
    }
    timestamp =
        (field(next + PcapLayout.SECONDS) & 0xffff_ffffL) * 1_000_000_000L
            + (field(next + PcapLayout.FRACTION) & 0xffff_ffffL) * fractionNanos;
    data = next + PcapLayout.RECORD_HEADER;
    length = captured;
    next = data + captured;
    return true;
  }

  /** Where the packet's bytes are. */
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

  /** Whether {@link #next} ended ahead of the file's end, in the middle of a packet. */
  public boolean isTruncated() {
    return truncated;
  }

  /** Starts again at the first packet. */
  public void rewind() {
    next = file.address() + PcapLayout.FILE_HEADER;
    truncated = false;
  }

  @Override
  public void close() {
    file.close();
  }
}
