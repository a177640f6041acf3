package io.sluice.nic.pdump;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.nic.EthDev;
import io.sluice.nic.RxCallback;
import io.sluice.nic.TxCallback;
import io.sluice.platform.Memory;
import io.sluice.ring.Ring;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;

/**
 * Copies what passes one queue into mbufs of a capturing process's pool and puts them on its ring.
 * Runs on the thread that polls the queue; what finds no mbuf or no room there is counted and not
 * captured. The polled packets are not touched.
 *
 * <p>The pool's caches are left alone: lcore ids are not arbitrated between processes of DPDK, and
 * the capturing one may have this thread's.
 */
final class QueueCapture implements RxCallback, TxCallback {
  private static final int BURST = 64;
  private static final long NO_CACHE = 0;
  private static final long NANOS = 1_000_000_000;
  private static final VarHandle BUSY;

  static {
    try {
      BUSY = MethodHandles.lookup().findVarHandle(QueueCapture.class, "busy", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Ring ring;
  private final Mempool pool;
  private final boolean pcapng;
  private final int snaplen;
  private final long stats;
  private final long epoch;
  private final long[] copies = new long[BURST];

  /** Whether a burst is being copied; read and written by {@link #BUSY}. */
  @SuppressWarnings("unused")
  private boolean busy;

  private volatile boolean ended;

  /**
   * A capture that has not begun.
   *
   * @param stats address of the queue's {@code struct rte_pdump_stats}, which is zeroed
   */
  QueueCapture(Ring ring, Mempool pool, boolean pcapng, int snaplen, long stats) {
    this.ring = ring;
    this.pool = pool;
    this.pcapng = pcapng;
    this.snaplen = snaplen;
    this.stats = stats;
    Instant now = Instant.now();
    this.epoch = now.getEpochSecond() * NANOS + now.getNano() - System.nanoTime();
    Memory.fill(stats, PdumpStatsLayout.SIZEOF, (byte) 0);
  }

  @Override
  public int onReceive(EthDev port, int queue, long[] pkts, int offset, int n, int max) {
    capture(false, port, queue, pkts, offset, n);
    return n;
  }

  @Override
  public int onSend(EthDev port, int queue, long[] pkts, int offset, int n) {
    capture(true, port, queue, pkts, offset, n);
    return n;
  }

  /**
   * Volatile on both sides: either who ends the capture sees that a burst is being copied, or that
   * burst sees that it is over.
   */
  private void capture(boolean tx, EthDev port, int queue, long[] pkts, int offset, int n) {
    BUSY.setVolatile(this, true);
    if (!ended) {
      for (int done = 0; done < n; done += BURST) {
        copy(tx, port.portId(), queue, pkts, offset + done, Math.min(BURST, n - done));
      }
    }
    BUSY.setRelease(this, false);
  }

  private void copy(boolean tx, int port, int queue, long[] pkts, int offset, int n) {
    long nanos = epoch + System.nanoTime();
    int made = 0;
    while (made < n && pool.getBulk(NO_CACHE, copies, made, 1) == 1) {
      long copy = copies[made];
      long packet = pkts[offset + made];
      Mbuf.reset(copy);
      if (pcapng) {
        PcapngBlock.write(copy, packet, tx, port, queue, snaplen, nanos);
      } else {
        int length = Math.min(Mbuf.pktLen(packet), Math.min(snaplen, Mbuf.tailroom(copy)));
        PcapngBlock.read(packet, 0, length, Mbuf.mtod(copy));
        Mbuf.setDataLen(copy, length);
        Mbuf.setPktLen(copy, length);
      }
      made++;
    }
    int put = ring.enqueueBurst(copies, 0, made);
    if (put < made) {
      pool.putBulk(NO_CACHE, copies, put, made - put);
    }
    add(PdumpStatsLayout.ACCEPTED, made);
    add(PdumpStatsLayout.NOMBUF, n - made);
    add(PdumpStatsLayout.RINGFULL, made - put);
  }

  private void add(int counter, long count) {
    Memory.putLong(stats + counter, Memory.getLong(stats + counter) + count);
  }

  /**
   * Ends it.
   *
   * @return whether it is over; false while a burst is being copied
   */
  boolean end() {
    ended = true;
    return !(boolean) BUSY.getVolatile(this);
  }
}
