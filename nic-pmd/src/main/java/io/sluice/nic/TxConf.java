package io.sluice.nic;

/**
 * {@code struct rte_eth_txconf}: what of it the drivers here know.
 *
 * @param offloads offloads asked for, which must be 0: no driver has any
 */
public record TxConf(long offloads) {
  /** No offloads. */
  public static final TxConf DEFAULT = new TxConf(0);
}
