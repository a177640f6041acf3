package io.sluice.nic;

/** A receive queue of a driver. One thread at a time. */
public interface RxQueue extends BurstQueue {
  /**
   * Receives up to n packets; the mbufs become the caller's. Allocates nothing, throws nothing.
   *
   * @return how many
   */
  @Override
  int burst(long[] pkts, int offset, int n);

  /** Brings counters up to date that only the device knows. */
  default void updateStats() {}
}
