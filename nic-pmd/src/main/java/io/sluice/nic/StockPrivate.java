package io.sluice.nic;

/**
 * A port as DPDK's driver of the same name keeps it in {@code dev_private}: as much of that
 * structure as the driver reads in a secondary of stock DPDK that lists ports, such as {@code
 * dpdk-proc-info}. Written by the primary only. Queues are not in it: such a process sees a port,
 * and does not poll it.
 *
 * <p>These structures are private to the drivers and in no installed header. Offsets are those of
 * 22.11.11, which the classes that implement this name.
 */
public interface StockPrivate {
  /** Its bytes. */
  long size();

  /** Where in it the port's Ethernet address is. */
  int macOffset();

  /**
   * Writes everything but the address and the counters, into zeros or over what it wrote before.
   */
  void write(long address);

  /** Writes the counters of one queue, as far as the structure has such. */
  void count(long address, boolean tx, int queue, EthQueueStats stats);
}
