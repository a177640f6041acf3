package io.sluice.mempool;

import io.sluice.platform.Memory;
import java.util.Objects;

/**
 * {@code rte_mbuf}: a packet, or a segment of one. An mbuf is its address, a {@code long}; this
 * class is accessors over it and allocates nothing.
 *
 * <p>Ownership: whoever got an mbuf from {@link #alloc} or a queue owns it and frees it or hands it
 * on. Only the owner writes its fields; the reference count alone may be changed by several owners
 * at once.
 *
 * <p>Memory order: fields are plain; handing an mbuf on through a {@link io.sluice.ring.Ring}
 * publishes them. The reference count is swapped in the 4-byte word that it shares with {@code
 * data_off}: a plain store to {@code data_off} in between makes the swap fail and be tried again,
 * and is never undone.
 *
 * <p>Source: {@code rte_mbuf.h}, {@code rte_mbuf_core.h} of 22.11.
 */
public final class Mbuf {
  /** {@code RTE_PKTMBUF_HEADROOM}: bytes kept free ahead of the data. */
  public static final int HEADROOM = 128;

  /** {@code RTE_MBUF_PORT_INVALID}. */
  public static final int PORT_INVALID = 0xffff;

  /** {@code RTE_MBUF_MAX_NB_SEGS}. */
  public static final int MAX_NB_SEGS = 0xffff;

  private static final long NOT_DIRECT = MbufFlags.INDIRECT | MbufFlags.EXTERNAL;
  private static final int REFCNT_ONE = 1 << 16;

  /** data_off 0, refcnt 1, nb_segs 1, port invalid, as the 8 bytes from data_off on. */
  private static final long REARM = 0xffff_0001_0001_0000L;

  /** refcnt 1 and nb_segs 1, in those 8 bytes. */
  private static final long ONE_SEGMENT = 0x0000_0001_0001_0000L;

  private static final long ONE_SEGMENT_MASK = 0x0000_ffff_ffff_0000L;

  private Mbuf() {}

  /**
   * {@code rte_pktmbuf_alloc}: an empty mbuf with the default headroom; 0 when the pool has none.
   */
  public static long alloc(Mempool pool) {
    long m = pool.get();
    if (m != 0) {
      reset(m);
    }
    return m;
  }

  /** {@code rte_pktmbuf_alloc_bulk}: n empty mbufs or none; returns n or 0. */
  public static int allocBulk(Mempool pool, long[] mbufs, int offset, int n) {
    if (n == 1) {
      Objects.checkFromIndexSize(offset, n, mbufs.length);
      // Not by way of the array: 6 ns for one mbuf allocated and freed in place of 9.
      long m = alloc(pool);
      if (m == 0) {
        return 0;
      }
      mbufs[offset] = m;
      return 1;
    }
    return allocMany(pool, mbufs, offset, n);
  }

  /**
   * By itself, since where one mbuf at a time was the rule JDK 25 compiles no loop's calls into
   * what was compiled for that.
   */
  private static int allocMany(Mempool pool, long[] mbufs, int offset, int n) {
    int got = pool.getBulk(mbufs, offset, n);
    for (int i = 0; i < got; i++) {
      reset(mbufs[offset + i]);
    }
    return got;
  }

  /** {@code rte_pktmbuf_reset}: an empty packet of one segment; five wide stores over two lines. */
  public static void reset(long m) {
    int headroom = Math.min(HEADROOM, bufLen(m));
    Memory.putLong(m + MbufLayout.DATA_OFF, REARM | headroom);
    Memory.putLong(m + MbufLayout.OL_FLAGS, olFlags(m) & MbufFlags.EXTERNAL);
    // packet_type and pkt_len; then data_len and vlan_tci.
    Memory.putLong(m + MbufLayout.PACKET_TYPE, 0);
    Memory.putInt(m + MbufLayout.DATA_LEN, 0);
    Memory.putShort(m + MbufLayout.VLAN_TCI_OUTER, (short) 0);
    Memory.putLong(m + MbufLayout.NEXT, 0);
    Memory.putLong(m + MbufLayout.TX_OFFLOAD, 0);
  }

  /** Points an mbuf at the buffer behind itself. */
  static void initBuffer(long m, int privSize, int bufLen) {
    long buffer = m + MbufLayout.SIZEOF + privSize;
    Memory.putShort(m + MbufLayout.PRIV_SIZE, (short) privSize);
    Memory.putLong(m + MbufLayout.BUF_ADDR, buffer);
    Memory.putLong(m + MbufLayout.BUF_IOVA, Mempool.virt2iova(m) + MbufLayout.SIZEOF + privSize);
    Memory.putShort(m + MbufLayout.BUF_LEN, (short) bufLen);
  }

  /** {@code rte_pktmbuf_free}: gives back every segment that has no other owner; 0 is ignored. */
  public static void free(long m) {
    long segment = m;
    while (segment != 0) {
      long next = nextOwned(segment);
      freeSeg(segment);
      segment = next;
    }
  }

  /**
   * The next segment, made this process's own: it is about to be behind no segment any more, by
   * which it belonged to whoever had the packet.
   */
  private static long nextOwned(long m) {
    long next = next(m);
    if (next != 0) {
      poolOf(next).take(next);
    }
    return next;
  }

  /** {@code rte_pktmbuf_free_seg}: gives back one segment, if it has no other owner. */
  public static void freeSeg(long m) {
    if (isAsInPool(m) || prefreeSeg(m)) {
      poolOf(m).put(m);
    }
  }

  /**
   * {@code rte_pktmbuf_free_bulk}: frees packets, those of one pool together. Entries of 0 are
   * ignored.
   */
  public static void freeBulk(long[] mbufs, int offset, int n) {
    Objects.checkFromIndexSize(offset, n, mbufs.length);
    if (n == 1) {
      // Without the loops' variables: a third less for one mbuf allocated and freed.
      free(mbufs[offset]);
    } else {
      freeRange(mbufs, offset, offset + n);
    }
  }

  /** By itself, as {@link #allocMany}. */
  private static void freeRange(long[] mbufs, int from, int end) {
    int start = from;
    while (start < end) {
      long poolAddress = 0;
      int ready = start;
      int i = start;
      // Compacts what goes back to one pool to the front of the array's range, which the caller
      // gave up.
      while (i < end) {
        long m = mbufs[i];
        if (m == 0) {
          i++;
          continue;
        }
        long pool = Memory.getLong(m + MbufLayout.POOL);
        if (pool != poolAddress) {
          if (poolAddress != 0) {
            break;
          }
          poolAddress = pool;
        }
        i++;
        if (isAsInPool(m) || giveUp(m)) {
          mbufs[ready++] = m;
        }
      }
      if (ready != start) {
        poolAt(poolAddress).putBulk(mbufs, start, ready - start);
      }
      start = i;
    }
  }

  /** Frees what is behind the first segment; whether that itself is ready for its pool. */
  private static boolean giveUp(long m) {
    long rest = nextOwned(m);
    boolean ready = prefreeSeg(m);
    free(rest);
    return ready;
  }

  /**
   * Whether it is what it was when it left its pool: one segment with one reference and its own
   * buffer. Most are, and three loads say so; refcnt and nb_segs lie in one word.
   */
  private static boolean isAsInPool(long m) {
    return (Memory.getLongAcquire(m + MbufLayout.DATA_OFF) & ONE_SEGMENT_MASK) == ONE_SEGMENT
        && next(m) == 0
        && (olFlags(m) & NOT_DIRECT) == 0;
  }

  /** {@code rte_pktmbuf_prefree_seg}: gives up one reference; true when it was the last. */
  private static boolean prefreeSeg(long m) {
    return (refcnt(m) == 1 || MbufReferences.giveUp(m)) && makeReady(m);
  }

  /** Makes of an mbuf without references what lies in a pool; false if its buffer is in use. */
  private static boolean makeReady(long m) {
    if ((olFlags(m) & NOT_DIRECT) != 0) {
      MbufAttach.detach(m);
      if (hasExtbuf(m) && !giveUpPinned(m)) {
        return false;
      }
    }
    if (nbSegs(m) != 1) {
      setNbSegs(m, 1);
    }
    if (next(m) != 0) {
      setNext(m, 0);
    }
    setRefcnt(m, 1);
    return true;
  }

  /** The last clone of m is gone, which nobody has itself: it goes back. */
  static void freeReferred(long m) {
    if (makeReady(m)) {
      poolOf(m).put(m);
    }
  }

  /** Whether nobody else uses the buffer that is pinned to an mbuf. */
  private static boolean giveUpPinned(long m) {
    setOlFlags(m, MbufFlags.EXTERNAL);
    long shinfo = MbufAttach.shinfo(m);
    if (ExternalBuffers.refcnt(shinfo) != 1 && ExternalBuffers.refcntUpdate(shinfo, -1) != 0) {
      return false;
    }
    ExternalBuffers.setRefcnt(shinfo, 1);
    return true;
  }

  /** The last user of a pinned buffer was not its own mbuf, which goes back to its pool now. */
  static void freePinned(long m) {
    setOlFlags(m, MbufFlags.EXTERNAL);
    setNbSegs(m, 1);
    setNext(m, 0);
    setRefcnt(m, 1);
    poolOf(m).put(m);
  }

  static Mempool poolOf(long m) {
    return poolAt(Memory.getLong(m + MbufLayout.POOL));
  }

  private static Mempool poolAt(long address) {
    Mempool pool = Mempool.at(address);
    return pool != null && pool.isCurrent() ? pool : MempoolCreation.openAt(address);
  }

  public static int refcnt(long m) {
    return Memory.getShortVolatile(m + MbufLayout.REFCNT) & 0xffff;
  }

  /** Sets the count; only a sole owner may. */
  public static void setRefcnt(long m, int count) {
    Memory.putShort(m + MbufLayout.REFCNT, (short) count);
  }

  /** {@code rte_mbuf_refcnt_update}: adds in one atomic step; returns the new count. */
  public static int refcntUpdate(long m, int delta) {
    long word = m + MbufLayout.DATA_OFF;
    while (true) {
      int found = Memory.getIntVolatile(word);
      int updated = found + delta * REFCNT_ONE;
      if (Memory.compareAndSetInt(word, found, updated)) {
        return updated >>> 16;
      }
    }
  }

  /** {@code rte_pktmbuf_mtod}: where the data begin. */
  public static long mtod(long m) {
    return Memory.getLong(m + MbufLayout.BUF_ADDR) + dataOff(m);
  }

  /** {@code rte_pktmbuf_mtod_offset}. */
  public static long mtodOffset(long m, int offset) {
    return mtod(m) + offset;
  }

  /** {@code rte_mbuf_to_priv}: the private area between an mbuf and its buffer. */
  public static long toPriv(long m) {
    return m + MbufLayout.SIZEOF;
  }

  public static int headroom(long m) {
    return dataOff(m);
  }

  public static int tailroom(long m) {
    return bufLen(m) - dataOff(m) - dataLen(m);
  }

  /**
   * {@code rte_pktmbuf_append}: room for len bytes behind the last segment's; its address, 0 if
   * none.
   */
  public static long append(long m, int len) {
    long last = lastseg(m);
    if (len < 0 || len > tailroom(last)) {
      return 0;
    }
    int before = dataLen(last);
    setDataLen(last, before + len);
    setPktLen(m, pktLen(m) + len);
    return mtod(last) + before;
  }

  /**
   * {@code rte_pktmbuf_prepend}: room for len bytes ahead of the data; their address, 0 if none.
   */
  public static long prepend(long m, int len) {
    if (len < 0 || len > dataOff(m)) {
      return 0;
    }
    setDataOff(m, dataOff(m) - len);
    setDataLen(m, dataLen(m) + len);
    setPktLen(m, pktLen(m) + len);
    return mtod(m);
  }

  /**
   * {@code rte_pktmbuf_adj}: takes len bytes off the front; the data's new address, 0 if too few.
   */
  public static long adj(long m, int len) {
    if (len < 0 || len > dataLen(m)) {
      return 0;
    }
    setDataLen(m, dataLen(m) - len);
    setDataOff(m, dataOff(m) + len);
    setPktLen(m, pktLen(m) - len);
    return mtod(m);
  }

  /**
   * {@code rte_pktmbuf_trim}: takes len bytes off the last segment's end; false if it has too few.
   */
  public static boolean trim(long m, int len) {
    long last = lastseg(m);
    if (len < 0 || len > dataLen(last)) {
      return false;
    }
    setDataLen(last, dataLen(last) - len);
    setPktLen(m, pktLen(m) - len);
    return true;
  }

  /** {@code rte_pktmbuf_lastseg}. */
  public static long lastseg(long m) {
    long last = m;
    for (long next = next(m); next != 0; next = next(last)) {
      last = next;
    }
    return last;
  }

  /** {@code rte_pktmbuf_is_contiguous}: one segment. */
  public static boolean isContiguous(long m) {
    return nbSegs(m) == 1;
  }

  /**
   * {@code rte_pktmbuf_chain}: hangs tail's segments behind head's; false if they would be too
   * many.
   */
  public static boolean chain(long head, long tail) {
    if (nbSegs(head) + nbSegs(tail) > MAX_NB_SEGS) {
      return false;
    }
    setNext(lastseg(head), tail);
    setNbSegs(head, nbSegs(head) + nbSegs(tail));
    setPktLen(head, pktLen(head) + pktLen(tail));
    setPktLen(tail, dataLen(tail));
    return true;
  }

  /** The data are the mbuf's own, not another's and not from outside. */
  public static boolean isDirect(long m) {
    return (olFlags(m) & NOT_DIRECT) == 0;
  }

  public static boolean hasExtbuf(long m) {
    return (olFlags(m) & MbufFlags.EXTERNAL) != 0;
  }

  public static boolean isCloned(long m) {
    return (olFlags(m) & MbufFlags.INDIRECT) != 0;
  }

  public static long bufAddr(long m) {
    return Memory.getLong(m + MbufLayout.BUF_ADDR);
  }

  public static long bufIova(long m) {
    return Memory.getLong(m + MbufLayout.BUF_IOVA);
  }

  /** {@code rte_pktmbuf_iova}: the IO address of the data. */
  public static long iova(long m) {
    return bufIova(m) + dataOff(m);
  }

  public static int bufLen(long m) {
    return Memory.getUnsignedShort(m + MbufLayout.BUF_LEN);
  }

  public static int dataOff(long m) {
    return Memory.getUnsignedShort(m + MbufLayout.DATA_OFF);
  }

  public static void setDataOff(long m, int offset) {
    Memory.putShort(m + MbufLayout.DATA_OFF, (short) offset);
  }

  /** Bytes of data in this segment. */
  public static int dataLen(long m) {
    return Memory.getUnsignedShort(m + MbufLayout.DATA_LEN);
  }

  public static void setDataLen(long m, int length) {
    Memory.putShort(m + MbufLayout.DATA_LEN, (short) length);
  }

  /** Bytes of the whole packet; in its first segment. */
  public static int pktLen(long m) {
    return Memory.getInt(m + MbufLayout.PKT_LEN);
  }

  public static void setPktLen(long m, int length) {
    Memory.putInt(m + MbufLayout.PKT_LEN, length);
  }

  public static int nbSegs(long m) {
    return Memory.getUnsignedShort(m + MbufLayout.NB_SEGS);
  }

  public static void setNbSegs(long m, int segments) {
    Memory.putShort(m + MbufLayout.NB_SEGS, (short) segments);
  }

  /** The next segment, or 0. */
  public static long next(long m) {
    return Memory.getLong(m + MbufLayout.NEXT);
  }

  public static void setNext(long m, long next) {
    Memory.putLong(m + MbufLayout.NEXT, next);
  }

  public static int port(long m) {
    return Memory.getUnsignedShort(m + MbufLayout.PORT);
  }

  public static void setPort(long m, int port) {
    Memory.putShort(m + MbufLayout.PORT, (short) port);
  }

  /** Bits of {@link MbufFlags} and of dynamic flags. */
  public static long olFlags(long m) {
    return Memory.getLong(m + MbufLayout.OL_FLAGS);
  }

  public static void setOlFlags(long m, long flags) {
    Memory.putLong(m + MbufLayout.OL_FLAGS, flags);
  }

  public static int packetType(long m) {
    return Memory.getInt(m + MbufLayout.PACKET_TYPE);
  }

  public static void setPacketType(long m, int type) {
    Memory.putInt(m + MbufLayout.PACKET_TYPE, type);
  }

  public static int vlanTci(long m) {
    return Memory.getUnsignedShort(m + MbufLayout.VLAN_TCI);
  }

  public static void setVlanTci(long m, int tci) {
    Memory.putShort(m + MbufLayout.VLAN_TCI, (short) tci);
  }

  public static int vlanTciOuter(long m) {
    return Memory.getUnsignedShort(m + MbufLayout.VLAN_TCI_OUTER);
  }

  public static void setVlanTciOuter(long m, int tci) {
    Memory.putShort(m + MbufLayout.VLAN_TCI_OUTER, (short) tci);
  }

  /** {@code hash.rss}. */
  public static int rssHash(long m) {
    return Memory.getInt(m + MbufLayout.HASH);
  }

  public static void setRssHash(long m, int hash) {
    Memory.putInt(m + MbufLayout.HASH, hash);
  }

  /** The 8 bytes of l2_len:7, l3_len:9, l4_len:8, tso_segsz:16, outer_l3_len:9, outer_l2_len:7. */
  public static long txOffload(long m) {
    return Memory.getLong(m + MbufLayout.TX_OFFLOAD);
  }

  public static void setTxOffload(long m, long offload) {
    Memory.putLong(m + MbufLayout.TX_OFFLOAD, offload);
  }

  /** The address of the pool that the mbuf goes back to. */
  public static long pool(long m) {
    return Memory.getLong(m + MbufLayout.POOL);
  }

  public static int privSize(long m) {
    return Memory.getUnsignedShort(m + MbufLayout.PRIV_SIZE);
  }
}
