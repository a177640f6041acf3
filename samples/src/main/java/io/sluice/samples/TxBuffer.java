package io.sluice.samples;

import io.sluice.mempool.Mbuf;
import io.sluice.nic.EthDev;

/**
 * Packets on their way out of one queue, sent a burst at a time. Belongs to the one lcore that
 * sends on the queue. What the driver does not take is freed and counted as dropped.
 */
public final class TxBuffer {
  private final long[] packets;
  private final EthDev port;
  private final int queue;
  private final PortCounters counters;
  private int count;

  /** An empty buffer that sends when it holds {@code size} packets. */
  public TxBuffer(EthDev port, int queue, int size, PortCounters counters) {
    this.port = port;
    this.queue = queue;
    this.packets = new long[size];
    this.counters = counters;
  }

  /** Takes over a packet. */
  public void add(long mbuf) {
    packets[count++] = mbuf;
    if (count == packets.length) {
      flush();
    }
  }

  /** Sends what is there. */
  public void flush() {
    if (count == 0) {
      return;
    }
    int sent = port.txBurst(queue, packets, 0, count);
    counters.addSent(sent);
    if (sent < count) {
      Mbuf.freeBulk(packets, sent, count - sent);
      counters.addDropped(count - sent);
    }
    count = 0;
  }
}
