package io.sluice.nic.ringdev;

import io.sluice.nic.EthQueueStats;
import io.sluice.nic.StockPrivate;
import io.sluice.platform.Memory;

/** A {@code net_ring} port as DPDK's driver keeps it, which counts packets but no bytes. */
final class RingPrivate implements StockPrivate {
  private final long[] rx;
  private final long[] tx;

  /** Of a port over the rings at these addresses. */
  RingPrivate(long[] rx, long[] tx) {
    this.rx = rx;
    this.tx = tx;
  }

  @Override
  public long size() {
    return RingPrivateLayout.SIZEOF;
  }

  @Override
  public int macOffset() {
    return RingPrivateLayout.ADDRESS;
  }

  @Override
  public void write(long address) {
    Memory.putInt(address + RingPrivateLayout.MAX_RX_QUEUES, rx.length);
    Memory.putInt(address + RingPrivateLayout.MAX_TX_QUEUES, tx.length);
    for (int i = 0; i < rx.length; i++) {
      Memory.putLong(queue(address, false, i) + RingPrivateLayout.QUEUE_RNG, rx[i]);
    }
    for (int i = 0; i < tx.length; i++) {
      Memory.putLong(queue(address, true, i) + RingPrivateLayout.QUEUE_RNG, tx[i]);
    }
  }

  @Override
  public void count(long address, boolean tx, int queue, EthQueueStats stats) {
    int counter = tx ? RingPrivateLayout.QUEUE_TX_PKTS : RingPrivateLayout.QUEUE_RX_PKTS;
    Memory.putLong(queue(address, tx, queue) + counter, stats.packets());
  }

  private static long queue(long address, boolean tx, int queue) {
    return address
        + (tx ? RingPrivateLayout.TX_RING_QUEUES : RingPrivateLayout.RX_RING_QUEUES)
        + (long) queue * RingPrivateLayout.QUEUE_SIZEOF;
  }
}
