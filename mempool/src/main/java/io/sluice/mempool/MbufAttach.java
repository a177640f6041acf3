package io.sluice.mempool;

import io.sluice.platform.Memory;

/**
 * Mbufs whose data are not their own: attached to another mbuf's buffer (indirect), cloned, or
 * attached to a buffer from outside ({@code rte_mbuf.h}).
 */
public final class MbufAttach {
  /** What goes over to a clone beside the buffer: {@code __rte_pktmbuf_copy_hdr}. */
  private static final int DYNFIELD_BYTES = 36;

  private MbufAttach() {}

  /**
   * {@code rte_pktmbuf_attach}: mi, a direct mbuf of one segment with one owner, takes on the data
   * of m, whose buffer gets one more reference.
   */
  public static void attach(long mi, long m) {
    if (Mbuf.hasExtbuf(m)) {
      ExternalBuffers.refcntUpdate(shinfo(m), 1);
      Memory.putLong(mi + MbufLayout.SHINFO, shinfo(m));
      takeOn(mi, m);
      Mbuf.setOlFlags(mi, Mbuf.olFlags(m));
    } else {
      long direct = direct(m);
      long slot = MbufReferences.add(direct, mi);
      Memory.putShort(mi + MbufLayout.PRIV_SIZE, (short) Mbuf.privSize(m));
      takeOn(mi, m);
      // Last: who sees the flag finds the mbuf that it refers to.
      Mbuf.setOlFlags(mi, Mbuf.olFlags(m) | MbufFlags.INDIRECT);
      MbufReferences.end(slot, direct, mi);
    }
  }

  private static void takeOn(long mi, long m) {
    copyHeader(mi, m);
    Memory.putLong(mi + MbufLayout.BUF_IOVA, Mbuf.bufIova(m));
    Memory.putLong(mi + MbufLayout.BUF_ADDR, Mbuf.bufAddr(m));
    Memory.putShort(mi + MbufLayout.BUF_LEN, (short) Mbuf.bufLen(m));
    Mbuf.setDataOff(mi, Mbuf.dataOff(m));
    Mbuf.setDataLen(mi, Mbuf.dataLen(m));
    Mbuf.setNext(mi, 0);
    Mbuf.setPktLen(mi, Mbuf.dataLen(mi));
    Mbuf.setNbSegs(mi, 1);
  }

  static void copyHeader(long to, long from) {
    Mbuf.setPort(to, Mbuf.port(from));
    Mbuf.setVlanTci(to, Mbuf.vlanTci(from));
    Mbuf.setVlanTciOuter(to, Mbuf.vlanTciOuter(from));
    Mbuf.setTxOffload(to, Mbuf.txOffload(from));
    Memory.putLong(to + MbufLayout.HASH, hash(from));
    Mbuf.setPacketType(to, Mbuf.packetType(from));
    Memory.copy(from + MbufLayout.DYNFIELD1, to + MbufLayout.DYNFIELD1, DYNFIELD_BYTES);
  }

  /** The 8 bytes of hash lie at 44, so that they are two loads of 4. */
  private static long hash(long m) {
    return Memory.getUnsignedInt(m + MbufLayout.HASH)
        | Memory.getUnsignedInt(m + MbufLayout.HASH + 4) << 32;
  }

  /** {@code rte_mbuf_from_indirect}: the mbuf whose buffer m uses; m itself when it is direct. */
  public static long direct(long m) {
    if (!Mbuf.isCloned(m)) {
      return m;
    }
    return Mbuf.bufAddr(m) - MbufLayout.SIZEOF - Mbuf.privSize(m);
  }

  /**
   * {@code rte_pktmbuf_detach}: gives up the foreign buffer, and is direct and empty again. A
   * buffer pinned to the mbuf stays; a direct mbuf is left alone.
   */
  public static void detach(long m) {
    if (Mbuf.isDirect(m)) {
      return;
    }
    Mempool pool = Mbuf.poolOf(m);
    if (!Mbuf.hasExtbuf(m)) {
      detachClone(m, pool);
    } else if (!PktmbufPool.isPinned(pool)) {
      long buffer = Mbuf.bufAddr(m);
      makeDirect(m, pool);
      ExternalBuffers.release(buffer, shinfo(m));
    }
  }

  private static void detachClone(long m, Mempool pool) {
    long md = direct(m);
    if (MbufReferences.remove(md, m, pool)) {
      Mbuf.freeReferred(md);
    }
  }

  /** The flags first: while they say that m refers to another, the rest says to which. */
  static void makeDirect(long m, Mempool pool) {
    Mbuf.setOlFlags(m, 0);
    Mbuf.initBuffer(m, PktmbufPool.privSize(pool), PktmbufPool.dataRoomSize(pool));
    Mbuf.setDataOff(m, Math.min(Mbuf.HEADROOM, Mbuf.bufLen(m)));
    Mbuf.setDataLen(m, 0);
  }

  /**
   * {@code rte_pktmbuf_clone}: a packet of mbufs of {@code pool} that share the data of md.
   *
   * @return its first segment, or 0 when the pool has too few
   */
  public static long clone(long md, Mempool pool) {
    long first = 0;
    long last = 0;
    int segments = 0;
    for (long from = md; from != 0; from = Mbuf.next(from)) {
      long mi = Mbuf.alloc(pool);
      if (mi == 0) {
        Mbuf.free(first);
        return 0;
      }
      attach(mi, from);
      if (first == 0) {
        first = mi;
      } else {
        Mbuf.setNext(last, mi);
      }
      last = mi;
      segments++;
    }
    Mbuf.setNbSegs(first, segments);
    Mbuf.setPktLen(first, Mbuf.pktLen(md));
    return first;
  }

  /**
   * {@code rte_pktmbuf_attach_extbuf}: m takes on a buffer from outside any pool, in the shared
   * window.
   *
   * @param iova the buffer's IO address, or -1
   * @param length bytes, at most 65535
   * @param shinfo of {@link ExternalBuffers#init}, in shared memory that lives as long as the
   *     buffer
   */
  public static void attachExtbuf(long m, long buffer, long iova, int length, long shinfo) {
    Memory.putLong(m + MbufLayout.BUF_ADDR, buffer);
    Memory.putLong(m + MbufLayout.BUF_IOVA, iova);
    Memory.putShort(m + MbufLayout.BUF_LEN, (short) length);
    Mbuf.setDataLen(m, 0);
    Mbuf.setDataOff(m, 0);
    Mbuf.setOlFlags(m, Mbuf.olFlags(m) | MbufFlags.EXTERNAL);
    Memory.putLong(m + MbufLayout.SHINFO, shinfo);
  }

  /** What the mbufs attached to one external buffer share. */
  public static long shinfo(long m) {
    return Memory.getLong(m + MbufLayout.SHINFO);
  }
}
