package io.sluice.nic.pcap;

/** pcapng ({@link PcapngLayout}): one section, one interface, enhanced packets in nanoseconds. */
final class PcapngWriter extends CaptureWriter {
  private static final int SECTION = 28;
  private static final int INTERFACE = 32;
  private static final int RECORD = 32;
  private static final int MAX_PADDING = 3;
  private static final int NANOSECONDS = 9;

  PcapngWriter(int fd) {
    super(fd);
    putInt(PcapngLayout.SECTION_HEADER);
    putInt(SECTION);
    putInt(PcapngLayout.BYTE_ORDER_MAGIC);
    putInt(1);
    // The section's length is not known.
    putInt(-1);
    putInt(-1);
    putInt(SECTION);

    putInt(PcapngLayout.INTERFACE);
    putInt(INTERFACE);
    putInt(PcapLayout.LINKTYPE_ETHERNET);
    putInt(PcapLayout.MAX_SNAPLEN);
    putShort(PcapngLayout.IF_TSRESOL);
    putShort(1);
    putInt(NANOSECONDS);
    putInt(0);
    putInt(INTERFACE);
  }

  @Override
  int overhead() {
    return RECORD + MAX_PADDING;
  }

  @Override
  void putRecord(long timestamp, int length) {
    int padding = -length & 3;
    int total = RECORD + length + padding;
    putInt(PcapngLayout.ENHANCED_PACKET);
    putInt(total);
    putInt(0);
    putInt((int) (timestamp >>> 32));
    putInt((int) timestamp);
    putInt(length);
    putInt(length);
    leaveData(length);
    pad(padding);
    putInt(total);
  }
}
