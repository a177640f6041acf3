package io.sluice.nic;

import io.sluice.mempool.Mempool;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import java.util.Objects;

/**
 * A port ({@code rte_ethdev.h}). In the primary, which owns the device: configure, set the queues
 * up, start, then bursts; the other way round to close. In any other process the port's name,
 * address, link and counters are read from shared memory, and there are no queues: packets go over
 * rings.
 *
 * <p>Threads: each queue belongs to one thread at a time; set-up calls to one thread, with no burst
 * under way. Burst calls allocate nothing, throw only for an array range or queue that does not
 * exist, and return 0 on a port that is not started.
 */
public final class EthDev {
  private final EthPortData data;
  private final int portId;
  private final String name;
  private final PortDriver driver;
  private RxQueue[] rxQueues = {};
  private TxQueue[] txQueues = {};
  private boolean configured;
  private volatile boolean started;

  EthDev(EthPortData data, int portId, String name, PortDriver driver) {
    this.data = data;
    this.portId = portId;
    this.name = name;
    this.driver = driver;
  }

  private PortDriver owned() {
    if (driver == null) {
      throw new SluiceException(
          Errno.ENOTSUP, "port " + name + " belongs to the primary; take its packets over a ring");
    }
    return driver;
  }

  private void requireStopped(String what) {
    if (started) {
      throw new SluiceException(Errno.EBUSY, "port " + name + ": stop it before " + what);
    }
  }

  /**
   * {@code rte_eth_dev_configure}.
   *
   * @throws SluiceException EBUSY if started, EINVAL for more queues than the driver has
   */
  public void configure(int nbRx, int nbTx, EthConf conf) {
    owned();
    requireStopped("configuring");
    checkCount("receive", nbRx, driver.maxRxQueues());
    checkCount("send", nbTx, driver.maxTxQueues());
    rxQueues = new RxQueue[nbRx];
    txQueues = new TxQueue[nbTx];
    configured = true;
    data.setQueues(portId, nbRx, nbTx);
    setMtu(conf.mtu());
  }

  private void checkCount(String side, int count, int most) {
    if (count < 0 || count > most) {
      throw new SluiceException(
          Errno.EINVAL,
          "port " + name + ": " + count + " " + side + " queues, it has 0 to " + most);
    }
  }

  private void checkQueue(String side, int queue, int count) {
    if (!configured) {
      throw new SluiceException(Errno.EINVAL, "port " + name + ": configure it before its queues");
    }
    if (queue < 0 || queue >= count) {
      throw new SluiceException(
          Errno.EINVAL,
          "port " + name + ": no " + side + " queue " + queue + ", configured are " + count);
    }
  }

  /**
   * {@code rte_eth_rx_queue_setup}: the queue takes its mbufs from a pool.
   *
   * @param nbDesc descriptors; a driver whose device fixes them ignores it
   */
  public void rxQueueSetup(int queue, int nbDesc, int socket, RxConf conf, Mempool pool) {
    owned();
    requireStopped("setting queues up");
    checkQueue("receive", queue, rxQueues.length);
    Objects.requireNonNull(pool, "pool");
    rxQueues[queue] = driver.rxQueue(queue, nbDesc, pool, data.queueStats(portId, false, queue));
  }

  /** {@code rte_eth_tx_queue_setup}. */
  public void txQueueSetup(int queue, int nbDesc, int socket, TxConf conf) {
    owned();
    requireStopped("setting queues up");
    checkQueue("send", queue, txQueues.length);
    txQueues[queue] = driver.txQueue(queue, nbDesc, data.queueStats(portId, true, queue));
  }

  /**
   * {@code rte_eth_dev_start}.
   *
   * @throws SluiceException EINVAL if a queue is not set up yet
   */
  public void start() {
    owned();
    if (!configured) {
      throw new SluiceException(Errno.EINVAL, "port " + name + ": configure it before starting");
    }
    for (Object[] side : new Object[][] {rxQueues, txQueues}) {
      for (int queue = 0; queue < side.length; queue++) {
        if (side[queue] == null) {
          throw new SluiceException(
              Errno.EINVAL, "port " + name + ": set queue " + queue + " up before starting");
        }
      }
    }
    driver.start();
    data.setLink(portId, driver.link());
    started = true;
    data.setStarted(portId, true);
  }

  /** {@code rte_eth_dev_stop}: no burst may be under way; what was taken to be sent is sent. */
  public void stop() {
    owned();
    if (started) {
      started = false;
      data.setStarted(portId, false);
      driver.stop();
      updateStats();
    }
  }

  /** {@code rte_eth_rx_burst}: up to n packets, whose mbufs become the caller's; how many. */
  public int rxBurst(int queue, long[] pkts, int offset, int n) {
    Objects.checkFromIndexSize(offset, n, pkts.length);
    return started ? rxQueues[queue].burst(pkts, offset, n) : 0;
  }

  /**
   * {@code rte_eth_tx_burst}: takes up to n packets, whose mbufs become the driver's; how many. The
   * rest stays the caller's.
   */
  public int txBurst(int queue, long[] pkts, int offset, int n) {
    Objects.checkFromIndexSize(offset, n, pkts.length);
    return started ? txQueues[queue].burst(pkts, offset, n) : 0;
  }

  void close() {
    stop();
    driver.close();
    data.withdraw(portId);
  }

  private void updateStats() {
    for (RxQueue queue : rxQueues) {
      if (queue != null) {
        queue.updateStats();
      }
    }
  }

  /** {@code rte_eth_stats_get}. */
  public EthStats stats() {
    updateStats();
    return data.stats(portId);
  }

  /** {@code rte_eth_stats_reset}. */
  public void resetStats() {
    owned();
    data.resetStats(portId);
  }

  /** {@code rte_eth_link_get_nowait}. */
  public EthLink link() {
    if (driver != null) {
      data.setLink(portId, driver.link());
    }
    return data.link(portId);
  }

  /** {@code rte_eth_macaddr_get}: 6 bytes. */
  public byte[] macAddr() {
    return data.mac(portId);
  }

  /** {@code rte_eth_dev_get_mtu}: bytes of a frame behind its Ethernet header. */
  public int mtu() {
    return data.mtu(portId);
  }

  /**
   * {@code rte_eth_dev_set_mtu}.
   *
   * @throws SluiceException EINVAL outside 68 to 9710
   */
  public void setMtu(int mtu) {
    owned();
    if (mtu < 68 || mtu > 9710) {
      throw new SluiceException(
          Errno.EINVAL, "port " + name + ": mtu=" + mtu + ", it takes 68 to 9710");
    }
    data.setMtu(portId, mtu);
  }

  /** {@code rte_eth_promiscuous_enable} and {@code _disable}. */
  public void setPromiscuous(boolean on) {
    owned();
    data.setPromiscuous(portId, on);
  }

  public boolean isPromiscuous() {
    return data.isPromiscuous(portId);
  }

  /** {@code rte_eth_allmulticast_enable} and {@code _disable}. */
  public void setAllMulticast(boolean on) {
    owned();
    data.setAllMulticast(portId, on);
  }

  public boolean isAllMulticast() {
    return data.isAllMulticast(portId);
  }

  public boolean isStarted() {
    return data.isStarted(portId);
  }

  public int rxQueues() {
    return data.rxQueues(portId);
  }

  public int txQueues() {
    return data.txQueues(portId);
  }

  public int portId() {
    return portId;
  }

  public String name() {
    return name;
  }

  @Override
  public String toString() {
    return "port " + portId + " " + name;
  }
}
