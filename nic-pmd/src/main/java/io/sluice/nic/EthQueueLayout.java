package io.sluice.nic;

/**
 * The memzone {@code SLUICE_eth_queues}: who may poll which queue of which port, and what a process
 * needs to open it. A zone of its own, since it must outlive every port: a process that looks at a
 * port detached meanwhile finds an owner or an epoch, never memory used for something else.
 *
 * <pre>
 *  port p at p * 2624:
 *    0 epoch u32, counts the ports that were in this slot
 *    4 opener u32: generation of the primary that has the device open, 0 when that one died
 *   64 the driver's words, 64 * u64, constant while the port is there
 *  576 receive queue q at 576 + q * 64, send queue q at 1600 + q * 64
 *  queue: 0 owner u32: 0 nobody, else a generation of the process table   4 ready u32: is set up
 *         8 mempool address u64, 0 for a send queue                      16 descriptors u32
 * </pre>
 *
 * <p>Invariant: a queue's line is written, and its packets are polled, only by the process whose
 * generation is its owner. A primary that opens a dead one's port anew writes the lines of queues
 * that others own, too, which look at them only once the port is started.
 */
final class EthQueueLayout {
  static final int QUEUES = EthStatsLayout.QUEUES;
  static final int EPOCH = 0;
  static final int OPENER = 4;
  static final int DRIVER_WORDS = 64;
  static final int DRIVER_WORD_COUNT = 64;
  static final int RX = DRIVER_WORDS + DRIVER_WORD_COUNT * Long.BYTES;
  static final int LINE = 64;
  static final int TX = RX + QUEUES * LINE;
  static final int PORT_SIZEOF = TX + QUEUES * LINE;

  static final int OWNER = 0;
  static final int READY = 4;
  static final int MEMPOOL = 8;
  static final int DESCRIPTORS = 16;

  private EthQueueLayout() {}
}
