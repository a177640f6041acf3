package io.sluice.nic.pcap;

/** Classic pcap ({@link PcapLayout}) with nanoseconds. */
final class PcapWriter extends CaptureWriter {
  private static final long NANOS = 1_000_000_000L;

  PcapWriter(int fd) {
    super(fd);
    putInt(PcapLayout.MAGIC_NANOS);
    putInt(4 << 16 | 2);
    putInt(0);
    putInt(0);
    putInt(PcapLayout.MAX_SNAPLEN);
    putInt(PcapLayout.LINKTYPE_ETHERNET);
  }

  @Override
  int overhead() {
    return PcapLayout.RECORD_HEADER;
  }

  @Override
  void putRecord(long timestamp, int length) {
    putInt((int) (timestamp / NANOS));
    putInt((int) (timestamp % NANOS));
    putInt(length);
    putInt(length);
    leaveData(length);
  }
}
