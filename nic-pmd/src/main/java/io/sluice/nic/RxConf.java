package io.sluice.nic;

/**
 * {@code struct rte_eth_rxconf}: what of it the drivers here know.
 *
 * @param offloads offloads asked for, which must be 0: no driver has any
 */
public record RxConf(long offloads) {
  /** No offloads. */
  public static final RxConf DEFAULT = new RxConf(0);
}
