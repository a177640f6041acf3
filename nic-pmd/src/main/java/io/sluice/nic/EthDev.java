package io.sluice.nic;

import io.sluice.mempool.Mempool;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A port ({@code rte_ethdev.h}). In the primary, which owns the device: configure, set the queues
 * up, start, then bursts; the other way round to close. In any other process the port's name,
 * address, link and counters are read from shared memory.
 *
 * <p><b>Queues of a secondary.</b> Each queue is polled by one process. A queue that is nobody's
 * becomes the primary's with its first burst there. A secondary gets one by {@link #claimRxQueue}
 * and {@link #claimTxQueue}, or the primary gives it one by {@link #assignRxQueue} and {@link
 * #assignTxQueue}; asking for a queue that a running process has is an error that names its pid. A
 * queue of a process that died can be claimed again. The driver must allow it: net_null and
 * net_ring do; those whose device lives in the primary answer ENOTSUP, and packets go over rings.
 *
 * <p><b>When the primary dies</b> the port is closed, within about 100 ms and until another primary
 * has opened the device of that name again: {@link #isOpen} is false then, bursts return 0, the
 * link is down, counts and states are {@code -ENODEV}, claiming a queue is an ENODEV. Number,
 * counters and queues of those who live stay, and their bursts go on by themselves once the port is
 * started.
 *
 * <p>Threads: each queue belongs to one thread at a time; set-up calls to one thread, with no burst
 * under way. Burst calls allocate nothing after the first of a queue, throw only for an array range
 * or a queue number outside 0 to 15, and return 0 on a port that is not started and on a queue that
 * is not set up or not this process's.
 */
public final class EthDev {
  /** {@code RTE_ETH_RX_DESC_AVAIL}: the device's. */
  public static final int RX_DESC_AVAIL = 0;

  /** {@code RTE_ETH_RX_DESC_DONE}: filled, waits to be received. */
  public static final int RX_DESC_DONE = 1;

  /** {@code RTE_ETH_TX_DESC_FULL}: being sent. */
  public static final int TX_DESC_FULL = 0;

  /** {@code RTE_ETH_TX_DESC_DONE}: can be filled. */
  public static final int TX_DESC_DONE = 1;

  static final int MIN_MTU = 68;
  static final int MAX_MTU = 9710;
  private static final int NOT_OPEN = -Errno.EINVAL.number();
  private static final int NO_DEVICE = -Errno.ENODEV.number();

  private final EthPortData data;
  private final int portId;
  private final String name;
  private final Driver kind;
  private final PortContext context;
  private final boolean primary;
  private final PortQueues rx;
  private final PortQueues tx;
  private final BurstCallbacks<RxCallback> rxCallbacks = new BurstCallbacks<>(RxCallback[]::new);
  private final BurstCallbacks<TxCallback> txCallbacks = new BurstCallbacks<>(TxCallback[]::new);
  private final EthControls controls;
  private final QueueChecks checks;
  private final PortDevice device;

  /** Null but in the primary. */
  private final PortDriver driver;

  private int nbRx;
  private int nbTx;
  private boolean configured;

  /**
   * A port in this process.
   *
   * @param opened what the primary has opened; null in any other process
   */
  EthDev(EthPortData data, String name, Driver kind, PortContext context, PortDriver opened) {
    this.data = data;
    this.portId = context.portId();
    this.name = name;
    this.kind = kind;
    this.context = context;
    this.primary = opened != null;
    this.driver = opened;
    this.controls = opened == null ? null : new EthControls(this, opened);
    this.checks = new QueueChecks(name);
    this.device = new PortDevice(data, name, kind, context, opened, this::forgetQueues);
    this.rx = new PortQueues(data.claims(portId, name, false), primary, this::openRx);
    this.tx = new PortQueues(data.claims(portId, name, true), primary, this::openTx);
  }

  private RxQueue openRx(int queue, long mempool, int descriptors) {
    // Makes every pool known here, as whoever polls frees mbufs of any.
    Mempool.walk(context.memory(), known -> {});
    Mempool pool = Mempool.at(mempool);
    return pool == null
        ? null
        : device.driver().rxQueue(queue, descriptors, pool, data.queueStats(portId, false, queue));
  }

  private TxQueue openTx(int queue, long mempool, int descriptors) {
    return device.driver().txQueue(queue, descriptors, data.queueStats(portId, true, queue));
  }

  private void forgetQueues() {
    rx.forget();
    tx.forget();
  }

  /** The primary has opened it anew in place of a dead one's: what is others' stays so. */
  void leaveQueuesToOthers() {
    rx.leaveToOthers();
    tx.leaveToOthers();
  }

  /**
   * Whether a primary has the device open: not from soon after its death on, until the next one has
   * opened it.
   */
  public boolean isOpen() {
    return device.isOpen();
  }

  private PortDriver owned() {
    if (!primary) {
      throw new SluiceException(
          Errno.ENOTSUP, "port " + name + " belongs to the primary, which alone sets it up");
    }
    return driver;
  }

  /** Whether the slot still has the port that this object was made for. */
  boolean isCurrent() {
    return device.isCurrent();
  }

  private void requireShareable() {
    if (!kind.isShareable()) {
      throw new SluiceException(
          Errno.ENOTSUP,
          "port "
              + name
              + ": a secondary cannot use queues of "
              + kind.name()
              + "; take its packets over a ring");
    }
  }

  private void requireUsable() {
    if (!primary) {
      requireShareable();
      if (!isCurrent()) {
        throw new SluiceException(Errno.ENODEV, "port " + name + " was detached");
      }
      if (!data.isOpen(portId) || !isOpen()) {
        throw new SluiceException(
            Errno.ENODEV,
            "port " + name + ": its primary died, and no other has opened it yet; start one");
      }
    }
  }

  private void requireStopped(String what) {
    if (isStarted()) {
      throw new SluiceException(Errno.EBUSY, "port " + name + ": stop it before " + what);
    }
  }

  /**
   * {@code rte_eth_dev_configure}.
   *
   * @throws SluiceException EBUSY if started, or another process polls one of its queues; EINVAL
   *     for more queues than the driver has
   */
  public void configure(int nbRx, int nbTx, EthConf conf) {
    owned();
    requireStopped("configuring");
    checks.checkCount("receive", nbRx, driver.maxRxQueues());
    checks.checkCount("send", nbTx, driver.maxTxQueues());
    try {
      rx.takeOwn();
      tx.takeOwn();
      rx.clear();
      tx.clear();
    } finally {
      rx.releaseAll();
      tx.releaseAll();
    }
    this.nbRx = nbRx;
    this.nbTx = nbTx;
    configured = true;
    data.setQueues(portId, nbRx, nbTx);
    if (conf.mtu() != 0 && conf.mtu() != mtu()) {
      setMtu(conf.mtu());
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
   * @param nbDesc descriptors, 0 to 65535; a driver whose device fixes them ignores it
   * @throws SluiceException EINVAL for a queue that is not configured, an offload, or a pool whose
   *     mbufs have no room; ENOSPC for a pool that is none of mbufs
   */
  public void rxQueueSetup(int queue, int nbDesc, int socket, RxConf conf, Mempool pool) {
    owned();
    requireStopped("setting queues up");
    checkQueue("receive", queue, nbRx);
    checks.checkConf(nbDesc, conf.offloads());
    checks.checkPool(Objects.requireNonNull(pool, "pool"));
    RxQueue made = driver.rxQueue(queue, nbDesc, pool, data.queueStats(portId, false, queue));
    rx.setUp(queue, made, pool.address(), nbDesc);
  }

  /** {@code rte_eth_tx_queue_setup}. */
  public void txQueueSetup(int queue, int nbDesc, int socket, TxConf conf) {
    owned();
    requireStopped("setting queues up");
    checkQueue("send", queue, nbTx);
    checks.checkConf(nbDesc, conf.offloads());
    TxQueue made = driver.txQueue(queue, nbDesc, data.queueStats(portId, true, queue));
    tx.setUp(queue, made, 0, nbDesc);
  }

  /**
   * {@code rte_eth_dev_start}; a started port stays so.
   *
   * @throws SluiceException EINVAL if a queue is not set up yet
   */
  public void start() {
    owned();
    if (isStarted()) {
      return;
    }
    if (!configured) {
      throw new SluiceException(Errno.EINVAL, "port " + name + ": configure it before starting");
    }
    checkSetUp(rx, nbRx);
    checkSetUp(tx, nbTx);
    driver.start(nbRx, nbTx);
    for (int queue = 0; queue < nbRx; queue++) {
      setRxQueueRunning(queue, true);
    }
    for (int queue = 0; queue < nbTx; queue++) {
      setTxQueueRunning(queue, true);
    }
    data.setLink(portId, driver.link());
    rx.settle();
    tx.settle();
    data.setStarted(portId, true);
  }

  void setRxQueueRunning(int queue, boolean running) {
    rx.setRunning(queue, running);
    data.setQueueStarted(portId, false, queue, running);
  }

  void setTxQueueRunning(int queue, boolean running) {
    tx.setRunning(queue, running);
    data.setQueueStarted(portId, true, queue, running);
  }

  private void checkSetUp(PortQueues queues, int count) {
    for (int queue = 0; queue < count; queue++) {
      if (queues.opened(queue) == null) {
        throw new SluiceException(
            Errno.EINVAL, "port " + name + ": set queue " + queue + " up before starting");
      }
    }
  }

  /**
   * {@code rte_eth_dev_stop}: no burst may be under way; what was taken to be sent is sent. Other
   * processes' bursts return 0 from then on; one under way there ends as if it were before.
   */
  public void stop() {
    owned();
    if (isStarted()) {
      data.setStarted(portId, false);
      driver.stop();
      updateStats();
      data.setLink(portId, driver.link());
    }
  }

  /** {@code rte_eth_rx_burst}: up to n packets, whose mbufs become the caller's; how many. */
  public int rxBurst(int queue, long[] pkts, int offset, int n) {
    Objects.checkFromIndexSize(offset, n, pkts.length);
    int received = data.isStarted(portId) && isOpen() ? rx.active(queue).burst(pkts, offset, n) : 0;
    for (RxCallback callback : rxCallbacks.of(queue)) {
      received = callback.onReceive(this, queue, pkts, offset, received, n);
    }
    return received;
  }

  /**
   * {@code rte_eth_tx_burst}: takes up to n packets, whose mbufs become the driver's; how many. The
   * rest stays the caller's.
   */
  public int txBurst(int queue, long[] pkts, int offset, int n) {
    Objects.checkFromIndexSize(offset, n, pkts.length);
    int count = n;
    for (TxCallback callback : txCallbacks.of(queue)) {
      count = callback.onSend(this, queue, pkts, offset, count);
    }
    return data.isStarted(portId) && isOpen() ? tx.active(queue).burst(pkts, offset, count) : 0;
  }

  /**
   * {@code rte_eth_add_rx_callback}: runs behind the ones that are there, at this process's bursts
   * of a queue. From any thread; a burst under way runs the callbacks it began with.
   */
  public void addRxCallback(int queue, RxCallback callback) {
    rxCallbacks.add(queue, Objects.requireNonNull(callback, "callback"), false);
  }

  /** {@code rte_eth_add_first_rx_callback}: runs before the ones that are there. */
  public void addFirstRxCallback(int queue, RxCallback callback) {
    rxCallbacks.add(queue, Objects.requireNonNull(callback, "callback"), true);
  }

  /** {@code rte_eth_remove_rx_callback}; whether it was there. */
  public boolean removeRxCallback(int queue, RxCallback callback) {
    return rxCallbacks.remove(queue, callback);
  }

  /** {@code rte_eth_add_tx_callback}; as {@link #addRxCallback}. */
  public void addTxCallback(int queue, TxCallback callback) {
    txCallbacks.add(queue, Objects.requireNonNull(callback, "callback"), false);
  }

  /** {@code rte_eth_remove_tx_callback}; whether it was there. */
  public boolean removeTxCallback(int queue, TxCallback callback) {
    return txCallbacks.remove(queue, callback);
  }

  /**
   * {@code rte_eth_rx_queue_count}: packets that wait in a queue of this process's.
   *
   * @return how many, {@code -EINVAL} if the queue is not open here, {@code -ENODEV} if the port is
   *     not, or {@code -ENOTSUP}
   */
  public int rxQueueCount(int queue) {
    if (!isOpen()) {
      return NO_DEVICE;
    }
    return rx.opened(queue) instanceof RxQueue opened ? opened.count() : NOT_OPEN;
  }

  /**
   * {@code rte_eth_rx_descriptor_status}: of the descriptor so far behind the next one.
   *
   * @return {@link #RX_DESC_AVAIL}, {@link #RX_DESC_DONE}, {@code -EINVAL} or {@code -ENOTSUP}
   */
  public int rxDescriptorStatus(int queue, int offset) {
    if (!isOpen()) {
      return NO_DEVICE;
    }
    return rx.opened(queue) instanceof RxQueue opened ? opened.descriptorStatus(offset) : NOT_OPEN;
  }

  /**
   * {@code rte_eth_tx_descriptor_status}: of the descriptor so far behind the next one.
   *
   * @return {@link #TX_DESC_FULL}, {@link #TX_DESC_DONE}, {@code -EINVAL} or {@code -ENOTSUP}
   */
  public int txDescriptorStatus(int queue, int offset) {
    if (!isOpen()) {
      return NO_DEVICE;
    }
    return tx.opened(queue) instanceof TxQueue opened ? opened.descriptorStatus(offset) : NOT_OPEN;
  }

  /**
   * Makes a receive queue this process's, until {@link #releaseRxQueue} or its end.
   *
   * @throws SluiceException EBUSY if a running process has it, EINVAL if it is not set up, ENOTSUP
   *     if the driver shares no queues, ENODEV if the port was detached or is not open
   */
  public void claimRxQueue(int queue) {
    requireUsable();
    rx.claim(queue);
  }

  /** Makes a send queue this process's; as {@link #claimRxQueue}. */
  public void claimTxQueue(int queue) {
    requireUsable();
    tx.claim(queue);
  }

  /** Gives a receive queue back, with no burst on it under way. */
  public void releaseRxQueue(int queue) {
    rx.release(queue);
  }

  /** Gives a send queue back, with no burst on it under way. */
  public void releaseTxQueue(int queue) {
    tx.release(queue);
  }

  /**
   * The primary gives a receive queue, which it does not poll just now, to another process, whose
   * bursts take it from then on.
   *
   * @throws SluiceException ESRCH if no such process is attached, EBUSY if a third one has the
   *     queue, ENOTSUP if the driver shares no queues
   */
  public void assignRxQueue(int queue, int pid) {
    owned();
    requireShareable();
    rx.assign(queue, pid);
  }

  /** The primary gives a send queue to another process; as {@link #assignRxQueue}. */
  public void assignTxQueue(int queue, int pid) {
    owned();
    requireShareable();
    tx.assign(queue, pid);
  }

  /** Pid of the running process that has a receive queue, or 0. */
  public int rxQueueOwner(int queue) {
    return rx.holder(queue);
  }

  /** Pid of the running process that has a send queue, or 0. */
  public int txQueueOwner(int queue) {
    return tx.holder(queue);
  }

  /** Stops and closes the port; throws EBUSY if another process has one of its queues. */
  void detach() {
    try {
      rx.takeAll();
      tx.takeAll();
    } catch (SluiceException e) {
      rx.releaseAll();
      tx.releaseAll();
      throw e;
    }
    stop();
    data.withdraw(portId);
    rx.clear();
    tx.clear();
    rx.releaseAll();
    tx.releaseAll();
    driver.freeShared();
    driver.close();
  }

  /**
   * This process ends. A secondary gives its queues back. The primary closes the port whoever has
   * its queues, and then leaves what others may use: the whole memory goes soon.
   */
  void close() {
    if (primary) {
      try {
        detach();
      } catch (SluiceException e) {
        stop();
        data.withdraw(portId);
        driver.close();
      }
      return;
    }
    rx.releaseAll();
    tx.releaseAll();
    abandon();
  }

  /** The port was detached by the primary, and its slot may have another by now. */
  void abandon() {
    device.close();
  }

  private void updateStats() {
    for (int queue = 0; queue < EthQueueLayout.QUEUES; queue++) {
      if (rx.opened(queue) instanceof RxQueue opened) {
        opened.updateStats();
      }
    }
  }

  /** {@code rte_eth_stats_get}. */
  public EthStats stats() {
    updateStats();
    return data.stats(portId);
  }

  /** {@code rte_eth_xstats_get}: the counters by name, those of each configured queue too. */
  public List<EthXstat> xstats() {
    updateStats();
    return data.xstats(portId);
  }

  /**
   * {@code rte_eth_xstats_get_by_id}.
   *
   * @param ids places in {@link #xstats}, as {@link #xstatId} gives them
   * @throws SluiceException EINVAL for one that there is not
   */
  public List<EthXstat> xstats(int... ids) {
    List<EthXstat> all = xstats();
    return Arrays.stream(ids).mapToObj(id -> all.get(checks.checkXstat(id, all.size()))).toList();
  }

  /** {@code rte_eth_xstats_get_id_by_name}: a place in {@link #xstats}, or -1. */
  public int xstatId(String xstat) {
    return xstats().stream().map(EthXstat::name).toList().indexOf(xstat);
  }

  /** Counters of one receive queue, 0 to 15. */
  public EthQueueStats rxQueueStats(int queue) {
    updateStats();
    return data.queueStats(portId, false, Objects.checkIndex(queue, EthQueueLayout.QUEUES)).get();
  }

  /** Counters of one send queue, 0 to 15. */
  public EthQueueStats txQueueStats(int queue) {
    return data.queueStats(portId, true, Objects.checkIndex(queue, EthQueueLayout.QUEUES)).get();
  }

  /** {@code rte_eth_stats_reset} and {@code rte_eth_xstats_reset}. */
  public void resetStats() {
    owned();
    updateStats();
    data.resetStats(portId);
  }

  /** {@code rte_eth_link_get_nowait}. */
  public EthLink link() {
    if (primary) {
      data.setLink(portId, driver.link());
    }
    return data.link(portId);
  }

  /** {@code rte_eth_macaddr_get}: 6 bytes. */
  public byte[] macAddr() {
    return data.mac(portId);
  }

  /**
   * {@code rte_eth_dev_default_mac_addr_set}.
   *
   * @param mac 6 bytes, of one station
   * @throws SluiceException ENOTSUP if the driver cannot, EINVAL if it is no such address
   */
  public void setMacAddr(byte[] mac) {
    owned();
    controls.setMacAddr(mac);
    data.setMac(portId, mac);
  }

  /** {@code rte_eth_dev_get_mtu}: bytes of a frame behind its Ethernet header. */
  public int mtu() {
    return data.mtu(portId);
  }

  /**
   * {@code rte_eth_dev_set_mtu}.
   *
   * @throws SluiceException EINVAL outside 68 to 9710, ENOTSUP if the driver cannot
   */
  public void setMtu(int mtu) {
    owned();
    controls.setMtu(mtu);
    data.setMtu(portId, mtu);
  }

  /** {@code rte_eth_promiscuous_enable} and {@code _disable}. */
  public void setPromiscuous(boolean on) {
    owned();
    controls.setPromiscuous(on);
    data.setPromiscuous(portId, on);
  }

  public boolean isPromiscuous() {
    return data.isPromiscuous(portId);
  }

  /** {@code rte_eth_allmulticast_enable} and {@code _disable}. */
  public void setAllMulticast(boolean on) {
    owned();
    controls.setAllMulticast(on);
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

  /** {@code rte_eth_dev_info_get}. */
  public EthDevInfo info() {
    owned();
    return new EthDevInfo(
        kind.name(), driver.maxRxQueues(), driver.maxTxQueues(), kind.isShareable());
  }

  /** What else the device can be told; throws ENOTSUP in a secondary. */
  public EthControls controls() {
    owned();
    return controls;
  }

  /** The driver's name. */
  public String driverName() {
    return kind.name();
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
