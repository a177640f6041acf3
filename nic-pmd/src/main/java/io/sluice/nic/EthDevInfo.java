package io.sluice.nic;

/**
 * {@code struct rte_eth_dev_info}: what a device can have.
 *
 * @param driverName the driver
 * @param maxRxQueues receive queues
 * @param maxTxQueues send queues
 * @param shareable whether secondaries can poll its queues
 */
public record EthDevInfo(String driverName, int maxRxQueues, int maxTxQueues, boolean shareable) {}
