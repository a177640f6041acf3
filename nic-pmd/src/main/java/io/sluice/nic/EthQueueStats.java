package io.sluice.nic;

/**
 * One queue's counters since the port's start or the last reset.
 *
 * @param packets packets passed
 * @param bytes bytes passed
 * @param errors packets that were bad, or could not be sent
 * @param missed packets lost before they reached a receive queue
 * @param noMbuf receptions put off since the pool had no mbuf
 */
public record EthQueueStats(long packets, long bytes, long errors, long missed, long noMbuf) {}
