package io.sluice.nic.pdump;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.MbufData;
import io.sluice.mempool.MbufFlags;
import io.sluice.platform.Memory;

/**
 * An mbuf that holds an enhanced packet block of a pcapng file, as {@code rte_pcapng_copy} makes it
 * and {@code dpdk-dumpcap} writes it: {type u32, length u32, interface u32, timestamp high u32 and
 * low u32, captured u32, original u32}, the packet padded to 4 bytes, the options for flags and
 * queue, length u32. The interface is filled in by the writer, by the mbuf's port.
 *
 * <p>Other than there the block is one segment: what the mbuf has no room for is not captured.
 */
final class PcapngBlock {
  private static final int ENHANCED_PACKET = 6;
  private static final int TYPE = 0;
  private static final int LENGTH = 4;
  private static final int TIMESTAMP_HIGH = 12;
  private static final int TIMESTAMP_LOW = 16;
  private static final int CAPTURED = 20;
  private static final int ORIGINAL = 24;
  private static final int HEADER = 28;

  private static final int EPB_FLAGS = 2;
  private static final int INBOUND = 1;
  private static final int OUTBOUND = 2;
  private static final int EPB_QUEUE = 6;
  private static final int OPTION = 8;
  private static final int VALUE = 4;
  private static final int TRAILER = 2 * OPTION + 4;

  private static final int ADDRESSES = 12;
  private static final int TAG = 4;

  /** {@code RTE_ETHER_TYPE_VLAN} and {@code _QINQ}, in network order as little-endian stores it. */
  private static final int TPID_VLAN = 0x0081;

  private static final int TPID_QINQ = 0xa888;
  private static final int U16 = 0xffff;

  private PcapngBlock() {}

  /**
   * Writes the block of a packet.
   *
   * @param block an empty mbuf with a headroom of 36 bytes at least, for the header and two tags
   * @param snaplen most bytes of the packet, without tags that are in its mbuf only
   * @param nanos since 1970
   */
  static void write(
      long block, long packet, boolean tx, int port, int queue, int snaplen, long nanos) {
    int room = Math.max(0, Mbuf.tailroom(block) - TRAILER) / VALUE * VALUE;
    int length = Math.min(Mbuf.pktLen(packet), Math.min(room, snaplen));
    long tags = length < ADDRESSES ? 0 : tags(packet, tx);
    long end = Mbuf.mtod(block) + length;
    long data = copy(packet, Mbuf.mtod(block), length, tags);
    int captured = (int) (end - data);
    for (; (end - data) % VALUE != 0; end++) {
      Memory.putByte(end, (byte) 0);
    }
    option(end, EPB_FLAGS, tx ? OUTBOUND : INBOUND);
    option(end + OPTION, EPB_QUEUE, queue);
    long header = data - HEADER;
    int total = (int) (end - header) + TRAILER;
    Memory.putInt(end + 2 * OPTION, total);
    Memory.putInt(header + TYPE, ENHANCED_PACKET);
    Memory.putInt(header + LENGTH, total);
    Memory.putInt(header + TIMESTAMP_HIGH, (int) (nanos >>> 32));
    Memory.putInt(header + TIMESTAMP_LOW, (int) nanos);
    Memory.putInt(header + CAPTURED, captured);
    Memory.putInt(header + ORIGINAL, Mbuf.pktLen(packet));
    Mbuf.setDataOff(block, (int) (header - Mbuf.bufAddr(block)));
    Mbuf.setDataLen(block, total);
    Mbuf.setPktLen(block, total);
    Mbuf.setPort(block, port);
  }

  private static void option(long at, int code, int value) {
    Memory.putShort(at, (short) code);
    Memory.putShort(at + 2, (short) VALUE);
    Memory.putInt(at + VALUE, value);
  }

  /**
   * The tags that are in the packet's mbuf and not in its data, the outer one in the lower half.
   */
  private static long tags(long packet, boolean tx) {
    long flags = Mbuf.olFlags(packet);
    long tags = 0;
    if ((flags & (tx ? MbufFlags.TX_VLAN : MbufFlags.RX_VLAN_STRIPPED)) != 0) {
      tags = tag(TPID_VLAN, Mbuf.vlanTci(packet));
    }
    if ((flags & (tx ? MbufFlags.TX_QINQ : MbufFlags.RX_QINQ_STRIPPED)) != 0) {
      tags = tags << Integer.SIZE | tag(TPID_QINQ, Mbuf.vlanTciOuter(packet));
    }
    return tags;
  }

  private static long tag(int tpid, int tci) {
    int network = tci << Byte.SIZE & U16 | tci >>> Byte.SIZE;
    return (long) network << Short.SIZE | tpid;
  }

  /** Copies so many bytes of a packet, and its tags behind the addresses; where it begins now. */
  private static long copy(long packet, long to, int length, long tags) {
    if (tags == 0) {
      read(packet, 0, length, to);
      return to;
    }
    long begin = tags >>> Integer.SIZE == 0 ? to - TAG : to - 2 * TAG;
    read(packet, 0, ADDRESSES, begin);
    long at = begin + ADDRESSES;
    for (long left = tags; left != 0; left >>>= Integer.SIZE, at += TAG) {
      Memory.putInt(at, (int) left);
    }
    read(packet, ADDRESSES, length - ADDRESSES, at);
    return begin;
  }

  /** Copies bytes of a packet. */
  static void read(long packet, int offset, int length, long to) {
    long found = MbufData.read(packet, offset, length, to);
    if (found != to) {
      Memory.copy(found, to, length);
    }
  }
}
