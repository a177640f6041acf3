package io.sluice.memseg;

/**
 * {@code rte_malloc_socket_stats}: one heap at one moment. Sizes in bytes, headers included.
 *
 * @param totalSize memory added to the heap
 * @param freeSize in free elements
 * @param greatestFreeSize of the biggest free element
 * @param freeCount free elements
 * @param allocCount blocks given out
 * @param allocSize in blocks given out
 */
public record HeapStats(
    long totalSize,
    long freeSize,
    long greatestFreeSize,
    int freeCount,
    int allocCount,
    long allocSize) {}
