package io.sluice.nic;

/**
 * {@code struct rte_eth_conf}, what of it the drivers here know.
 *
 * @param mtu bytes of a frame behind its Ethernet header, or 0 for what the port has
 */
public record EthConf(int mtu) {
  /** Everything as the device has it. */
  public static final EthConf DEFAULT = new EthConf(0);
}
