package io.sluice.nic.pcap;

import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/** Classic pcap ({@link PcapLayout}) of either byte order, with micro- or nanoseconds. */
final class PcapReader extends CaptureReader {
  private static final String LENGTH = "a packet's length of 0 to " + PcapLayout.MAX_SNAPLEN;

  private final long fractionNanos;

  PcapReader(String path, CaptureInput input) {
    super(path, input);
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
              + "' is no pcap or pcapng file: it begins with 0x"
              + Integer.toHexString(magic));
    }
    fractionNanos = plain == PcapLayout.MAGIC_MICROS ? 1000 : 1;
    int linktype = field(PcapLayout.FILE_LINKTYPE) & 0xffff;
    if (linktype != PcapLayout.LINKTYPE_ETHERNET) {
      throw notEthernet(linktype);
    }
    start();
  }

  @Override
  void start() {
    skipThen(input.has(PcapLayout.FILE_HEADER) ? PcapLayout.FILE_HEADER : 0);
  }

  @Override
  boolean read() {
    if (!input.has(PcapLayout.RECORD_HEADER)) {
      return false;
    }
    int captured = field(PcapLayout.CAPTURED);
    if (captured < 0 || captured > PcapLayout.MAX_SNAPLEN) {
      return damaged(LENGTH, captured);
    }
    int record = PcapLayout.RECORD_HEADER + captured;
    if (!input.has(record)) {
      return false;
    }
    long nanos =
        (field(PcapLayout.SECONDS) & 0xffff_ffffL) * 1_000_000_000L
            + (field(PcapLayout.FRACTION) & 0xffff_ffffL) * fractionNanos;
    return found(PcapLayout.RECORD_HEADER, captured, nanos, record);
  }
}
