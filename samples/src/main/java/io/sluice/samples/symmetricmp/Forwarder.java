package io.sluice.samples.symmetricmp;

import io.sluice.mempool.Mbuf;
import io.sluice.nic.EthDev;
import io.sluice.samples.PortCounters;
import java.util.function.IntSupplier;

/**
 * Sends what comes in at one port out of another, on the same queue of both, a burst each time it
 * is called. What the other port does not take is freed. Belongs to one lcore.
 */
final class Forwarder implements IntSupplier {
  private static final int BURST = 32;

  private final EthDev from;
  private final EthDev to;
  private final int queue;
  private final PortCounters received;
  private final PortCounters sent;
  private final long[] packets = new long[BURST];

  /** One from a port to another, each with its counters. */
  Forwarder(EthDev from, PortCounters received, EthDev to, PortCounters sent, int queue) {
    this.from = from;
    this.received = received;
    this.to = to;
    this.sent = sent;
    this.queue = queue;
  }

  @Override
  public int getAsInt() {
    int count = from.rxBurst(queue, packets, 0, BURST);
    if (count == 0) {
      return 0;
    }
    received.addReceived(count);
    int taken = to.txBurst(queue, packets, 0, count);
    sent.addSent(taken);
    if (taken < count) {
      Mbuf.freeBulk(packets, taken, count - taken);
      sent.addDropped(count - taken);
    }
    return count;
  }
}
