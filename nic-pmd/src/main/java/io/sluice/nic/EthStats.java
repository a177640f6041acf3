package io.sluice.nic;

/**
 * {@code struct rte_eth_stats}: a port's counters since its start or the last reset.
 *
 * @param ipackets packets received
 * @param opackets packets sent
 * @param ibytes bytes received
 * @param obytes bytes sent
 * @param imissed packets the device dropped, since no queue had room
 * @param ierrors packets received that were bad
 * @param oerrors packets that could not be sent
 * @param rxNombuf receptions put off since the pool had no mbuf
 */
public record EthStats(
    long ipackets,
    long opackets,
    long ibytes,
    long obytes,
    long imissed,
    long ierrors,
    long oerrors,
    long rxNombuf) {}
