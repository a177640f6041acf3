package io.sluice.nic.pcap;

/**
 * The next generation of capture files (draft-ietf-opsawg-pcapng): blocks of {type u32, total
 * length u32, body, total length u32}, each a multiple of 4 bytes. Options are {code u16, length
 * u16, value, padding to 4}.
 *
 * <pre>
 *  section header      8 byte order magic u32  12 major u16  14 minor u16  16 section length u64  24 options
 *  interface           8 link type u16         12 snaplen u32                                   16 options
 *  enhanced packet     8 interface u32  12 high u32  16 low u32  20 captured u32  24 original u32  28 data
 *  packet (obsolete)   8 interface u16  12 high u32  16 low u32  20 captured u32  24 original u32  28 data
 *  simple packet       8 original u32   12 data
 * </pre>
 */
final class PcapngLayout {
  static final int TYPE = 0;
  static final int TOTAL_LENGTH = 4;
  static final int BODY = 8;

  /** Type and both lengths: the least that a block has. */
  static final int BLOCK_OVERHEAD = 12;

  static final int SECTION_HEADER = 0x0a0d0d0a;
  static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
  static final int SECTION_MAJOR = 12;
  static final int SECTION_LENGTH = 16;
  static final int SECTION_OPTIONS = 24;

  static final int INTERFACE = 1;
  static final int LINK_TYPE = 8;
  static final int SNAPLEN = 12;
  static final int INTERFACE_OPTIONS = 16;
  static final int IF_TSRESOL = 9;
  static final int IF_TSOFFSET = 14;

  static final int OBSOLETE_PACKET = 2;
  static final int ENHANCED_PACKET = 6;
  static final int PACKET_INTERFACE = 8;
  static final int TIMESTAMP_HIGH = 12;
  static final int TIMESTAMP_LOW = 16;
  static final int CAPTURED = 20;
  static final int ORIGINAL = 24;
  static final int PACKET_DATA = 28;

  static final int SIMPLE_PACKET = 3;
  static final int SIMPLE_ORIGINAL = 8;
  static final int SIMPLE_DATA = 12;

  private PcapngLayout() {}
}
