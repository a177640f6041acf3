package io.sluice.nic;

import io.sluice.mempool.Mempool;

/** One port as its driver sees it; {@link EthDev} calls it in the right order only. */
public interface PortDriver extends EthDevOps {
  /** Receive queues it can have. */
  int maxRxQueues();

  /** Send queues it can have. */
  int maxTxQueues();

  /** Receive queues it has until it is configured: those that its arguments ask for. */
  default int defaultRxQueues() {
    return 1;
  }

  /** Send queues it has until it is configured. */
  default int defaultTxQueues() {
    return 1;
  }

  /** Makes a receive queue that takes mbufs from a pool. */
  RxQueue rxQueue(int queue, int descriptors, Mempool pool, QueueStats stats);

  /** Makes a send queue. */
  TxQueue txQueue(int queue, int descriptors, QueueStats stats);

  /** Starts to receive and send on so many queues, which are set up. */
  default void start(int rxQueues, int txQueues) {}

  /** Stops, and sends what is still to be sent. */
  default void stop() {}

  /** Gives back everything the device holds in this process. */
  void close();

  /** Gives back what other processes use too, before {@link #close}; none does any more. */
  default void freeShared() {}

  /**
   * By what DPDK's driver of the same name knows the port in a secondary of stock DPDK; null if
   * such a process is not to see it.
   */
  default StockPrivate stockPrivate() {
    return null;
  }

  /** Its Ethernet address, 6 bytes. */
  byte[] macAddr();

  /** Speed, duplex and whether it is up. */
  EthLink link();

  /** Bytes of a frame behind its Ethernet header; {@code RTE_ETHER_MTU}. */
  default int mtu() {
    return 1500;
  }
}
