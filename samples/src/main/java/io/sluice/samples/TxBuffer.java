package io.sluice.samples;

import io.sluice.mempool.Mbuf;
import io.sluice.nic.EthDev;
import io.sluice.nic.EthTxBuffer;

/**
 * An {@link EthTxBuffer} that counts: packets sent, and packets that the queue did not take, which
 * are freed. Belongs to the one lcore that sends on the queue.
 */
public final class TxBuffer {
  private final EthTxBuffer buffer;
  private final PortCounters counters;

  /** An empty buffer that sends when it holds {@code size} packets. */
  public TxBuffer(EthDev port, int queue, int size, PortCounters counters) {
    this.buffer = new EthTxBuffer(port, queue, size, this::drop);
    this.counters = counters;
  }

  private void drop(long[] packets, int offset, int n) {
    Mbuf.freeBulk(packets, offset, n);
    counters.addDropped(n);
  }

  /** Takes over a packet. */
  public void add(long mbuf) {
    counters.addSent(buffer.add(mbuf));
  }

  /** Sends what is there. */
  public void flush() {
    counters.addSent(buffer.flush());
  }
}
