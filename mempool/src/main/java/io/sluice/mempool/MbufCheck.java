package io.sluice.mempool;

import net.openhft.chronicle.bytes.PointerBytesStore;

/** {@code rte_mbuf_check} and {@code rte_pktmbuf_dump}. */
public final class MbufCheck {
  private static final int BYTES_PER_LINE = 16;

  private MbufCheck() {}

  /**
   * Checks an mbuf.
   *
   * @param isHeader whether it is a packet's first segment
   * @return what is wrong with it, or null
   */
  public static String check(long m, boolean isHeader) {
    if (m == 0) {
      return "mbuf is NULL";
    }
    // One that this process has no handle on yet may be good all the same.
    if (Mempool.at(Mbuf.pool(m)) == null && MempoolCreation.find(Mbuf.pool(m)) == null) {
      return "bad mbuf pool";
    }
    if (Mbuf.bufIova(m) == 0) {
      return "bad IO addr";
    }
    if (Mbuf.bufAddr(m) == 0) {
      return "bad virt buf addr";
    }
    if (Mbuf.refcnt(m) == 0 || Mbuf.refcnt(m) == 0xffff) {
      return "bad ref cnt";
    }
    if (!isHeader) {
      return null;
    }
    if (Mbuf.dataLen(m) > Mbuf.pktLen(m)) {
      return "bad data_len";
    }
    int segments = Mbuf.nbSegs(m);
    int length = Mbuf.pktLen(m);
    long segment = m;
    // No more than it says it has: a chain that runs into itself has no end.
    for (; segment != 0 && segments > 0; segment = Mbuf.next(segment)) {
      if (Mbuf.dataOff(segment) > Mbuf.bufLen(segment)) {
        return "data offset too big in mbuf segment";
      }
      if (Mbuf.dataOff(segment) + Mbuf.dataLen(segment) > Mbuf.bufLen(segment)) {
        return "data length too big in mbuf segment";
      }
      segments--;
      length -= Mbuf.dataLen(segment);
    }
    if (segments != 0 || segment != 0) {
      return "bad nb_segs";
    }
    return length == 0 ? null : "bad pkt_len";
  }

  /**
   * {@code rte_pktmbuf_dump}: what is in a packet, in the same fields and order, and the first
   * bytes of its data.
   *
   * @param dumpLength bytes of data at the most
   */
  public static String dump(long m, int dumpLength) {
    StringBuilder text = new StringBuilder();
    text.append("dump mbuf at 0x").append(Long.toHexString(m));
    text.append(", iova=0x").append(Long.toHexString(Mbuf.bufIova(m)));
    text.append(", buf_len=").append(Mbuf.bufLen(m));
    text.append("\n  pkt_len=").append(Mbuf.pktLen(m));
    text.append(", ol_flags=0x").append(Long.toHexString(Mbuf.olFlags(m)));
    text.append(", nb_segs=").append(Mbuf.nbSegs(m));
    text.append(", port=").append(Mbuf.port(m));
    if ((Mbuf.olFlags(m) & (MbufFlags.RX_QINQ | MbufFlags.TX_QINQ)) != 0) {
      text.append(", vlan_tci_outer=").append(Mbuf.vlanTciOuter(m));
    }
    if ((Mbuf.olFlags(m) & (MbufFlags.RX_VLAN | MbufFlags.TX_VLAN)) != 0) {
      text.append(", vlan_tci=").append(Mbuf.vlanTci(m));
    }
    text.append(", ptype=0x").append(Integer.toHexString(Mbuf.packetType(m))).append('\n');
    int left = dumpLength;
    int segments = Mbuf.nbSegs(m);
    for (long segment = m; segment != 0 && segments > 0; segment = Mbuf.next(segment)) {
      segments--;
      text.append("  segment at 0x").append(Long.toHexString(segment));
      text.append(", data=0x").append(Long.toHexString(Mbuf.mtod(segment)));
      text.append(", len=").append(Mbuf.dataLen(segment));
      text.append(", off=").append(Mbuf.dataOff(segment));
      text.append(", refcnt=").append(Mbuf.refcnt(segment)).append('\n');
      int here = Math.min(left, Mbuf.dataLen(segment));
      hex(text, Mbuf.mtod(segment), here);
      left -= here;
    }
    return text.toString();
  }

  private static void hex(StringBuilder text, long address, int length) {
    PointerBytesStore data = new PointerBytesStore();
    data.set(address, length);
    for (int i = 0; i < length; i++) {
      if (i % BYTES_PER_LINE == 0) {
        text.append(String.format("  %08X:", i));
      }
      text.append(String.format(" %02X", data.readByte(i)));
      if (i % BYTES_PER_LINE == BYTES_PER_LINE - 1 || i == length - 1) {
        text.append('\n');
      }
    }
  }
}
