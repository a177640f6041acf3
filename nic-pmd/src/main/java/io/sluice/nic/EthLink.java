package io.sluice.nic;

/**
 * {@code struct rte_eth_link}.
 *
 * @param speedMbps megabits a second, 0 when unknown
 * @param fullDuplex both ways at once
 * @param up whether frames pass
 */
public record EthLink(int speedMbps, boolean fullDuplex, boolean up) {}
