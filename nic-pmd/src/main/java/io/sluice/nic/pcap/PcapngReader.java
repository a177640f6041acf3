package io.sluice.nic.pcap;

/**
 * pcapng ({@link PcapngLayout}): sections of either byte order, any number of interfaces. Packets
 * of interfaces that are not Ethernet are left out; blocks it does not know are passed over.
 */
final class PcapngReader extends CaptureReader {
  private static final int MOST_KNOWN_BLOCK = 1 << 19;
  private static final String LENGTH = "a block's length of at most " + MOST_KNOWN_BLOCK;

  private PcapngInterface[] interfaces = new PcapngInterface[4];
  private int interfaceCount;
  private int leftOut;

  PcapngReader(String path, CaptureInput input) {
    super(path, input);
    if (!input.isPipe()) {
      checkFirstInterface();
    }
    start();
  }

  /** Of a file the first packet tells now whether its link type is accepted, not later. */
  private void checkFirstInterface() {
    boolean found = next();
    if (!found && interfaceCount > 0 && leftOut > 0) {
      throw notEthernet(interfaces[0].linkType());
    }
    leftOut = 0;
    rewind();
  }

  @Override
  void start() {
    interfaceCount = 0;
  }

  @Override
  public int takeLeftOut() {
    int count = leftOut;
    leftOut = 0;
    return count;
  }

  @Override
  boolean read() {
    while (input.has(PcapngLayout.BLOCK_OVERHEAD)) {
      int type = field(PcapngLayout.TYPE);
      if (type == PcapngLayout.SECTION_HEADER && !readByteOrder()) {
        return damaged("a byte order mark of 0x1a2b3c4d", field(PcapngLayout.BODY) & 0xffff_ffffL);
      }
      long total = field(PcapngLayout.TOTAL_LENGTH) & 0xffff_ffffL;
      if (total < PcapngLayout.BLOCK_OVERHEAD || total % 4 != 0) {
        return damaged("a block's length of 12 or more, a multiple of 4,", total);
      }
      if (!isKnown(type)) {
        input.skip(total);
        continue;
      }
      if (total > MOST_KNOWN_BLOCK) {
        return damaged(LENGTH, total);
      }
      if (!input.has((int) total)) {
        return false;
      }
      if (field((int) total - 4) != total || !isWhole(type, (int) total)) {
        return damaged("fields that go with the block's length", total);
      }
      if (isPacket(type) && accept(type, (int) total)) {
        return true;
      }
      if (damaged) {
        return false;
      }
      input.skip(total);
    }
    return false;
  }

  /** The magic of a section, as it lies in memory, tells the order of all its numbers. */
  private boolean readByteOrder() {
    swapped = false;
    int magic = field(PcapngLayout.BODY);
    swapped = magic == Integer.reverseBytes(PcapngLayout.BYTE_ORDER_MAGIC);
    return swapped || magic == PcapngLayout.BYTE_ORDER_MAGIC;
  }

  private static boolean isPacket(int type) {
    return type == PcapngLayout.ENHANCED_PACKET
        || type == PcapngLayout.OBSOLETE_PACKET
        || type == PcapngLayout.SIMPLE_PACKET;
  }

  private static boolean isKnown(int type) {
    return isPacket(type) || type == PcapngLayout.SECTION_HEADER || type == PcapngLayout.INTERFACE;
  }

  /** Takes in a section or an interface; false if a block cannot be what its type says. */
  private boolean isWhole(int type, int total) {
    int body = total - 4;
    switch (type) {
      case PcapngLayout.SECTION_HEADER:
        interfaceCount = 0;
        return body >= PcapngLayout.SECTION_OPTIONS && shortField(PcapngLayout.SECTION_MAJOR) == 1;
      case PcapngLayout.INTERFACE:
        if (body < PcapngLayout.INTERFACE_OPTIONS) {
          return false;
        }
        addInterface(PcapngInterface.read(this, body));
        return true;
      case PcapngLayout.SIMPLE_PACKET:
        return body >= PcapngLayout.SIMPLE_DATA && interfaceCount > 0;
      default:
        return body >= PcapngLayout.PACKET_DATA && isPacketWhole(type, body);
    }
  }

  private boolean isPacketWhole(int type, int body) {
    int captured = field(PcapngLayout.CAPTURED);
    int index = interfaceOf(type);
    return index >= 0
        && index < interfaceCount
        && captured >= 0
        && captured <= PcapLayout.MAX_SNAPLEN
        && captured <= body - PcapngLayout.PACKET_DATA;
  }

  private int interfaceOf(int type) {
    return type == PcapngLayout.OBSOLETE_PACKET
        ? shortField(PcapngLayout.PACKET_INTERFACE)
        : field(PcapngLayout.PACKET_INTERFACE);
  }

  private void addInterface(PcapngInterface added) {
    if (interfaceCount == interfaces.length) {
      interfaces = java.util.Arrays.copyOf(interfaces, 2 * interfaceCount);
    }
    interfaces[interfaceCount++] = added;
  }

  private boolean accept(int type, int total) {
    boolean simple = type == PcapngLayout.SIMPLE_PACKET;
    PcapngInterface from = interfaces[simple ? 0 : interfaceOf(type)];
    if (!from.isEthernet()) {
      leftOut++;
      return false;
    }
    if (simple) {
      return acceptSimple(from, total);
    }
    long ticks =
        (long) field(PcapngLayout.TIMESTAMP_HIGH) << 32
            | field(PcapngLayout.TIMESTAMP_LOW) & 0xffff_ffffL;
    return found(PcapngLayout.PACKET_DATA, field(PcapngLayout.CAPTURED), from.nanos(ticks), total);
  }

  /** It has no captured length: that is the original one, cut at the interface's limit. */
  private boolean acceptSimple(PcapngInterface from, int total) {
    long captured = field(PcapngLayout.SIMPLE_ORIGINAL) & 0xffff_ffffL;
    if (from.snaplen() != 0) {
      captured = Math.min(captured, from.snaplen());
    }
    captured = Math.min(captured, total - 4 - PcapngLayout.SIMPLE_DATA);
    return captured > PcapLayout.MAX_SNAPLEN
        ? damaged("a packet's length of at most " + PcapLayout.MAX_SNAPLEN, captured)
        : found(PcapngLayout.SIMPLE_DATA, (int) captured, 0, total);
  }
}
