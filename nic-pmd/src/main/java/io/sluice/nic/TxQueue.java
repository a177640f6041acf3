package io.sluice.nic;

/** A send queue of a driver. One thread at a time. */
public interface TxQueue extends BurstQueue {
  /**
   * Takes up to n packets, whose mbufs become the driver's. Allocates nothing, throws nothing.
   *
   * @return how many; the rest stays the caller's
   */
  @Override
  int burst(long[] pkts, int offset, int n);
}
