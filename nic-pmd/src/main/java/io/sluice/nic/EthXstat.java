package io.sluice.nic;

/**
 * One extended statistic ({@code struct rte_eth_xstat}).
 *
 * @param name {@code rx_good_packets}, {@code rx_q0_bytes}, …
 * @param value its count
 */
public record EthXstat(String name, long value) {}
