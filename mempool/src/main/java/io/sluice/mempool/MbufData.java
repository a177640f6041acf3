package io.sluice.mempool;

import io.sluice.platform.Memory;

/** A packet's data across its segments: read, copy, linearize, VLAN tags in software. */
public final class MbufData {
  private static final int ADDRESSES = 12;
  private static final int TAG = 4;
  private static final int ETHER_HEADER = 14;

  /** {@code RTE_ETHER_TYPE_VLAN}, in network order as a little-endian load sees it. */
  private static final short TPID = 0x0081;

  private MbufData() {}

  /**
   * {@code rte_pktmbuf_read}, into an array.
   *
   * @return false if the packet has not so many bytes from {@code offset} on
   */
  public static boolean read(long m, int offset, byte[] to, int at, int length) {
    if (offset < 0 || length < 0 || (long) offset + length > Mbuf.pktLen(m)) {
      return false;
    }
    int skip = offset;
    int done = 0;
    for (long segment = m; done < length && segment != 0; segment = Mbuf.next(segment)) {
      int here = Math.min(Mbuf.dataLen(segment) - skip, length - done);
      if (here > 0) {
        Memory.copyToBytes(Mbuf.mtod(segment) + skip, to, at + done, here);
        done += here;
        skip = 0;
      } else {
        skip -= Mbuf.dataLen(segment);
      }
    }
    return done == length;
  }

  /**
   * {@code rte_pktmbuf_read}: the data where they are, or copied where they are not in one piece.
   *
   * @param buffer of {@code length} bytes, written only if the data lie in several segments
   * @return the data's address, in a segment or {@code buffer}; 0 if the packet has not so many
   *     bytes from {@code offset} on
   */
  public static long read(long m, int offset, int length, long buffer) {
    if (offset < 0 || length < 0 || (long) offset + length > Mbuf.pktLen(m)) {
      return 0;
    }
    long segment = m;
    int skip = offset;
    while (skip >= Mbuf.dataLen(segment) && Mbuf.next(segment) != 0) {
      skip -= Mbuf.dataLen(segment);
      segment = Mbuf.next(segment);
    }
    if (skip + length <= Mbuf.dataLen(segment)) {
      return Mbuf.mtod(segment) + skip;
    }
    if (skip > Mbuf.dataLen(segment)) {
      return 0;
    }
    int done = 0;
    while (done < length && segment != 0) {
      int here = Math.min(Mbuf.dataLen(segment) - skip, length - done);
      Memory.copy(Mbuf.mtod(segment) + skip, buffer + done, here);
      done += here;
      skip = 0;
      segment = Mbuf.next(segment);
    }
    return done == length ? buffer : 0;
  }

  /**
   * {@code rte_pktmbuf_copy}: a copy of the bytes from {@code offset} on, at most {@code length},
   * in mbufs of {@code pool}.
   *
   * @return its first segment, or 0 when the pool has too few or the offset is behind the end
   */
  public static long copy(long m, Mempool pool, int offset, int length) {
    if (offset < 0 || offset >= Mbuf.pktLen(m) || length < 0) {
      return 0;
    }
    long copy = Mbuf.alloc(pool);
    if (copy == 0) {
      return 0;
    }
    MbufAttach.copyHeader(copy, m);
    // Whose the data are is the copy's own matter: in its buffer, which may be pinned to it.
    long where = MbufFlags.INDIRECT | MbufFlags.EXTERNAL;
    Mbuf.setOlFlags(copy, Mbuf.olFlags(m) & ~where | Mbuf.olFlags(copy) & where);
    int left = Math.min(length, Mbuf.pktLen(m) - offset);
    int skip = offset;
    long from = m;
    long to = copy;
    while (left > 0 && from != 0) {
      if (skip >= Mbuf.dataLen(from)) {
        skip -= Mbuf.dataLen(from);
        from = Mbuf.next(from);
        continue;
      }
      if (Mbuf.tailroom(to) == 0) {
        long segment = Mbuf.alloc(pool);
        if (segment == 0) {
          Mbuf.free(copy);
          return 0;
        }
        Mbuf.setNext(to, segment);
        Mbuf.setNbSegs(copy, Mbuf.nbSegs(copy) + 1);
        to = segment;
      }
      int here = Math.min(left, Math.min(Mbuf.dataLen(from) - skip, Mbuf.tailroom(to)));
      Memory.copy(Mbuf.mtod(from) + skip, Mbuf.mtod(to) + Mbuf.dataLen(to), here);
      Mbuf.setDataLen(to, Mbuf.dataLen(to) + here);
      Mbuf.setPktLen(copy, Mbuf.pktLen(copy) + here);
      skip += here;
      left -= here;
    }
    return copy;
  }

  /**
   * {@code rte_pktmbuf_linearize}: all data into the first segment; false if it has not the room.
   */
  public static boolean linearize(long m) {
    if (Mbuf.isContiguous(m)) {
      return true;
    }
    if (Mbuf.pktLen(m) - Mbuf.dataLen(m) > Mbuf.tailroom(m)) {
      return false;
    }
    long segment = Mbuf.next(m);
    while (segment != 0) {
      long next = Mbuf.next(segment);
      int length = Mbuf.dataLen(segment);
      Memory.copy(Mbuf.mtod(segment), Mbuf.mtod(m) + Mbuf.dataLen(m), length);
      Mbuf.setDataLen(m, Mbuf.dataLen(m) + length);
      Mbuf.freeSeg(segment);
      segment = next;
    }
    Mbuf.setNext(m, 0);
    Mbuf.setNbSegs(m, 1);
    return true;
  }

  /**
   * {@code rte_vlan_strip}: takes the 802.1Q tag out of the frame into {@code vlan_tci}.
   *
   * @return false if the frame has none
   */
  public static boolean vlanStrip(long m) {
    long data = Mbuf.mtod(m);
    if (Mbuf.dataLen(m) < ETHER_HEADER + TAG || Memory.getShort(data + ADDRESSES) != TPID) {
      return false;
    }
    int tci = Short.toUnsignedInt(Short.reverseBytes(Memory.getShort(data + ADDRESSES + 2)));
    Mbuf.setOlFlags(m, Mbuf.olFlags(m) | MbufFlags.RX_VLAN | MbufFlags.RX_VLAN_STRIPPED);
    Mbuf.setVlanTci(m, tci);
    moveAddresses(data, data + TAG);
    Mbuf.adj(m, TAG);
    return true;
  }

  /**
   * {@code rte_vlan_insert}: puts the tag of {@code vlan_tci} into the frame.
   *
   * @return false if there is no headroom, the first segment holds less than two addresses, or the
   *     buffer is shared and must not be written
   */
  public static boolean vlanInsert(long m) {
    if (!Mbuf.isDirect(m) || Mbuf.refcnt(m) > 1 || Mbuf.dataLen(m) < ADDRESSES) {
      return false;
    }
    long old = Mbuf.mtod(m);
    long data = Mbuf.prepend(m, TAG);
    if (data == 0) {
      return false;
    }
    moveAddresses(old, data);
    Memory.putShort(data + ADDRESSES, TPID);
    Memory.putShort(data + ADDRESSES + 2, Short.reverseBytes((short) Mbuf.vlanTci(m)));
    Mbuf.setOlFlags(
        m, Mbuf.olFlags(m) & ~(MbufFlags.RX_VLAN_STRIPPED | MbufFlags.RX_VLAN | MbufFlags.TX_VLAN));
    MbufTxOffload.addL2(m, TAG);
    return true;
  }

  /** 12 bytes in three loads, then three stores: the two places overlap. */
  private static void moveAddresses(long from, long to) {
    int a = Memory.getInt(from);
    int b = Memory.getInt(from + 4);
    int c = Memory.getInt(from + 8);
    Memory.putInt(to, a);
    Memory.putInt(to + 4, b);
    Memory.putInt(to + 8, c);
  }
}
