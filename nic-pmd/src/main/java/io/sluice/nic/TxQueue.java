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

  /**
   * State of the descriptor so far behind the next one to be filled ({@code
   * eth_tx_descriptor_status_t}): a {@code TX_DESC_} of {@link EthDev}, {@code -EINVAL} beyond the
   * ring, or {@code -ENOTSUP}.
   */
  default int descriptorStatus(int offset) {
    return EthDevOps.NOT_SUPPORTED;
  }
}
