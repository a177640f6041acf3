package io.sluice.nic.pcap;

import io.sluice.mempool.Mbuf;
import io.sluice.nic.QueueStats;
import io.sluice.nic.TxQueue;

/** Writes packets into a file; one that the file does not take counts as an error. */
final class PcapTx implements TxQueue {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final CaptureWriter writer;
  private final QueueStats stats;

  PcapTx(CaptureWriter writer, QueueStats stats) {
    this.writer = writer;
    this.stats = stats;
  }

  @Override
  public int burst(long[] pkts, int offset, int n) {
    if (n == 0) {
      return 0;
    }
    long sent = 0;
    long bytes = 0;
    long now = System.currentTimeMillis() * NANOS_PER_MILLI;
    for (int i = offset; i < offset + n; i++) {
      long m = pkts[i];
      if (writer.begin(now, Mbuf.pktLen(m))) {
        for (long segment = m; segment != 0; segment = Mbuf.next(segment)) {
          writer.append(Mbuf.mtod(segment), Mbuf.dataLen(segment));
        }
        sent++;
        bytes += Mbuf.pktLen(m);
      } else {
        stats.addErrors(1);
      }
    }
    stats.add(sent, bytes);
    Mbuf.freeBulk(pkts, offset, n);
    if (writer.isPipe()) {
      // Somebody waits at the other end.
      writer.flush();
    }
    return n;
  }
}
