package io.sluice.mempool;

/**
 * {@code struct rte_pktmbuf_extmem}: memory for the buffers of a pool of pinned ones.
 *
 * @param address in the shared window
 * @param iova its IO address, or -1
 * @param length bytes
 * @param elementSize bytes of each buffer, at least the pool's data room
 */
public record ExternalMemory(long address, long iova, long length, int elementSize) {}
