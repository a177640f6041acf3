package io.sluice.nic.pcap;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.nic.PoolRoom;
import io.sluice.nic.QueueStats;
import io.sluice.nic.RxQueue;
import io.sluice.platform.Memory;
import org.slf4j.LoggerFactory;

/**
 * Copies packets of the file into mbufs. One that is cut short counts as an error, once, and is
 * said once; so counts each that is not of Ethernet or that all mbufs of the pool together do not
 * hold.
 */
final class PcapRx implements RxQueue {
  private final CaptureReader reader;
  private final boolean infinite;
  private final Mempool pool;
  private final int portId;
  private final QueueStats stats;
  private final long most;
  private boolean pending;
  private boolean ended;
  private boolean warned;

  PcapRx(CaptureReader reader, boolean infinite, Mempool pool, int portId, QueueStats stats) {
    this.reader = reader;
    this.infinite = infinite;
    this.pool = pool;
    this.portId = portId;
    this.stats = stats;
    this.most = PoolRoom.of(pool);
  }

  @Override
  public int burst(long[] pkts, int offset, int n) {
    int received = 0;
    long bytes = 0;
    for (int i = 0; i < n && advance(); i++) {
      if (reader.length() > most) {
        stats.addErrors(1);
        pending = false;
        continue;
      }
      long m = copy();
      if (m == 0) {
        // The packet stays pending: an exhausted pool loses nothing of a file.
        stats.addNoMbuf(1);
        break;
      }
      pending = false;
      bytes += Mbuf.pktLen(m);
      pkts[offset + received++] = m;
    }
    if (received != 0) {
      stats.add(received, bytes);
    }
    return received;
  }

  private boolean advance() {
    if (pending || ended) {
      return pending;
    }
    pending = reader.next();
    int leftOut = reader.takeLeftOut();
    if (leftOut != 0) {
      stats.addErrors(leftOut);
    }
    if (!pending && reader.isEnded()) {
      if (reader.isTruncated()) {
        stats.addErrors(1);
        warnOnce();
      }
      ended = !infinite;
      if (infinite) {
        reader.rewind();
        pending = reader.next();
      }
    }
    return pending;
  }

  /** Here and not at the start, when a whole file would have to be read: once, behind its end. */
  private void warnOnce() {
    if (!warned) {
      warned = true;
      LoggerFactory.getLogger(PcapRx.class)
          .warn("{}; record it anew to have the rest", reader.truncation());
    }
  }

  private long copy() {
    long m = Mbuf.alloc(pool);
    if (m == 0) {
      return 0;
    }
    Mbuf.setPort(m, portId);
    long segment = m;
    int done = 0;
    while (true) {
      int here = Math.min(reader.length() - done, Mbuf.tailroom(segment));
      Memory.copy(reader.data() + done, Mbuf.mtod(segment), here);
      Mbuf.setDataLen(segment, here);
      done += here;
      if (done == reader.length()) {
        Mbuf.setPktLen(m, done);
        return m;
      }
      long more = Mbuf.alloc(pool);
      if (more == 0) {
        Mbuf.free(m);
        return 0;
      }
      Mbuf.setNext(segment, more);
      Mbuf.setNbSegs(m, Mbuf.nbSegs(m) + 1);
      segment = more;
    }
  }
}
