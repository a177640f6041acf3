package io.sluice.samples;

import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.nic.EthConf;
import io.sluice.nic.EthDev;
import io.sluice.nic.RxConf;
import io.sluice.nic.TxConf;

/** Brings a port up, the same way in every sample. */
public final class PortSetup {
  /** Descriptors of a queue where the command line does not say. */
  public static final int DESCRIPTORS = 1024;

  /** {@code RTE_MBUF_DEFAULT_BUF_SIZE}: a frame of 2 KiB and the headroom. */
  public static final int BUFFER = 2048 + 128;

  private static final int POOL_CACHE = 256;

  private PortSetup() {}

  /** A packet pool that also fills {@code lcores} caches. */
  public static Mempool pool(Eal eal, String name, int buffers, int lcores) {
    int count = Math.max(buffers + lcores * POOL_CACHE * 3 / 2, 8192);
    return PktmbufPool.create(eal.memory(), name, count, POOL_CACHE, 0, BUFFER, eal.socket());
  }

  /** Configures and starts a port. */
  public static void start(
      Eal eal, EthDev port, int rxQueues, int txQueues, int rxd, int txd, Mempool pool) {
    port.configure(rxQueues, txQueues, EthConf.DEFAULT);
    for (int queue = 0; queue < rxQueues; queue++) {
      port.rxQueueSetup(queue, rxd, eal.socket(), RxConf.DEFAULT, pool);
    }
    for (int queue = 0; queue < txQueues; queue++) {
      port.txQueueSetup(queue, txd, eal.socket(), TxConf.DEFAULT);
    }
    port.start();
  }
}
