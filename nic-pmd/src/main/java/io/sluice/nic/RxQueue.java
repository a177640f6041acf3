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

  /** Descriptors that wait to be received ({@code eth_rx_queue_count_t}), or {@code -ENOTSUP}. */
  default int count() {
    return EthDevOps.NOT_SUPPORTED;
  }

  /**
   * State of the descriptor so far behind the next one to be received ({@code
   * eth_rx_descriptor_status_t}): an {@code RX_DESC_} of {@link EthDev}, {@code -EINVAL} beyond the
   * ring, or {@code -ENOTSUP}.
   */
  default int descriptorStatus(int offset) {
    return EthDevOps.NOT_SUPPORTED;
  }

  /** Brings counters up to date that only the device knows. */
  default void updateStats() {}
}
