package io.sluice.nic;

/**
 * {@code struct rte_eth_conf}, what of it the drivers here know.
 *
 * @param mtu bytes of a frame behind its Ethernet header
 */
public record EthConf(int mtu) {
  /** {@code RTE_ETHER_MTU}. */
  public static final EthConf DEFAULT = new EthConf(1500);
}
