package io.sluice.bench.rows;

import io.sluice.mempool.Mempool;
import io.sluice.mempool.MempoolConf;
import io.sluice.mempool.PktmbufPool;
import io.sluice.nic.EthConf;
import io.sluice.nic.EthDev;
import io.sluice.nic.RxConf;
import io.sluice.nic.TxConf;
import io.sluice.primary.Primary;
import io.sluice.ring.Protection;

/** A pool and ports as {@code dpdk-testpmd} has them by default, for the rows that forward. */
public final class Ports {
  /** The interface of a port on a wire. */
  public static final String WIRE = "bench0";

  static final int BURST = 32;
  static final int FRAME = 64;
  static final int MBUFS = 8191;

  private static final int CACHE = 250;
  private static final int DESCRIPTORS = 512;

  private Ports() {}

  /** Protected as pools are by default. */
  static Mempool pool(Primary primary, Protection protection) {
    MempoolConf conf = MempoolConf.of(MBUFS, 0).withCacheSize(CACHE).withProtection(protection);
    return PktmbufPool.create(primary.memory(), "bench", conf, 0, PktmbufPool.DEFAULT_BUF_SIZE);
  }

  /** A port of {@code net_null} that is started. */
  static EthDev open(Primary primary, int index, Mempool pool) {
    return start(primary.ports().probe("net_null" + index + ",size=" + FRAME), pool);
  }

  /** With one queue each way. */
  static EthDev start(EthDev port, Mempool pool) {
    port.configure(1, 1, EthConf.DEFAULT);
    port.rxQueueSetup(0, DESCRIPTORS, -1, RxConf.DEFAULT, pool);
    port.txQueueSetup(0, DESCRIPTORS, -1, TxConf.DEFAULT);
    port.start();
    return port;
  }
}
