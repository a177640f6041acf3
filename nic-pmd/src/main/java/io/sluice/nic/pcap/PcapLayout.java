package io.sluice.nic.pcap;

/**
 * The classic capture file (draft-ietf-opsawg-pcap): a header of 24 bytes {magic, version 2.4, 8
 * unused, snaplen, linktype}, then for each packet 16 bytes {seconds, fraction, captured length,
 * original length} and the captured bytes. The magic tells the byte order and whether fractions are
 * micro- or nanoseconds.
 */
final class PcapLayout {
  static final int MAGIC_MICROS = 0xa1b2c3d4;
  static final int MAGIC_NANOS = 0xa1b23c4d;
  static final int FILE_MAGIC = 0;
  static final int FILE_VERSION = 4;
  static final int FILE_SNAPLEN = 16;
  static final int FILE_LINKTYPE = 20;
  static final int FILE_HEADER = 24;
  static final int SECONDS = 0;
  static final int FRACTION = 4;
  static final int CAPTURED = 8;
  static final int ORIGINAL = 12;
  static final int RECORD_HEADER = 16;
  static final int LINKTYPE_ETHERNET = 1;
  static final int MAX_SNAPLEN = 262_144;

  private PcapLayout() {}
}
