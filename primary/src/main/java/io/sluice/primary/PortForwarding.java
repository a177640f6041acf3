package io.sluice.primary;

import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.nic.EthConf;
import io.sluice.nic.EthDev;
import io.sluice.nic.EthStats;
import io.sluice.nic.RxConf;
import io.sluice.nic.TxConf;
import io.sluice.platform.Errno;
import io.sluice.platform.IdleStrategy;
import io.sluice.platform.SluiceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What {@code sluice primary} does with its ports: starts each with the queues that its arguments
 * ask for, receives on all of them, sends on the first, and forwards through the workers. The mbufs
 * come from one pool, {@value #POOL}.
 *
 * <p>In a memory that was adopted, pool, rings and workers' places are there already; it goes on
 * with them, and with the packets in the rings.
 *
 * <p>One thread makes it, runs it and stops it. The memory, and with it rings and pool, goes with
 * the primary.
 */
public final class PortForwarding {
  private static final String POOL = "packets";
  private static final int DESCRIPTORS = 512;
  private static final int CACHE = 256;
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(1);

  private final List<EthDev> ports = new ArrayList<>();
  private final Mempool pool;
  private final Forwarder forwarder;
  private long undelivered;

  /**
   * Starts every port of the primary; workers may come from now on.
   *
   * @param workers how many workers there can be at once
   * @param ringSize of each of a worker's two rings, a power of two
   * @param mbufs in the pool
   * @throws io.sluice.platform.SluiceException if the memory does not suffice, a port does not
   *     start, or what an earlier primary left is of other sizes
   */
  public PortForwarding(Primary primary, int workers, int ringSize, int mbufs) {
    pool = pool(primary.memory(), mbufs);
    primary.ports().forEach(ports::add);
    List<ForwardingPort> queues = new ArrayList<>();
    for (EthDev port : ports) {
      start(port);
      queues.add(
          new ForwardingPort(
              port.name(),
              new QueuesInTurn(port),
              (burst, offset, n) -> port.txBurst(0, burst, offset, n)));
    }
    forwarder = new Forwarder(primary.memory(), workers, ringSize, queues);
  }

  private static Mempool pool(SharedMemory memory, int mbufs) {
    Mempool found = memory.adoption() == null ? null : Mempool.lookup(memory, POOL);
    if (found == null) {
      return PktmbufPool.create(
          memory,
          POOL,
          mbufs,
          Math.min(CACHE, mbufs / 4),
          0,
          PktmbufPool.DEFAULT_BUF_SIZE,
          MemZone.SOCKET_ID_ANY);
    }
    if (found.size() != mbufs) {
      throw new SluiceException(
          Errno.EINVAL,
          "an earlier primary left a pool of "
              + found.size()
              + " mbufs, not "
              + mbufs
              + "; start with --mbufs "
              + found.size());
    }
    return found;
  }

  private void start(EthDev port) {
    port.configure(port.rxQueues(), port.txQueues(), EthConf.DEFAULT);
    for (int queue = 0; queue < port.rxQueues(); queue++) {
      port.rxQueueSetup(queue, DESCRIPTORS, MemZone.SOCKET_ID_ANY, RxConf.DEFAULT, pool);
    }
    for (int queue = 0; queue < port.txQueues(); queue++) {
      port.txQueueSetup(queue, DESCRIPTORS, MemZone.SOCKET_ID_ANY, TxConf.DEFAULT);
    }
    port.start();
  }

  /** Forwards until told to stop, passes on what is under way, and stops the ports. */
  public void run(BooleanSupplier stop, IdleStrategy idle) {
    forwarder.run(stop, idle);
    undelivered = forwarder.drain(DRAIN_LIMIT, idle);
    ports.forEach(EthDev::stop);
  }

  /** Everybody's counters. */
  public Forwarding forwarding() {
    return forwarder.forwarding();
  }

  /**
   * Packets received that never reached a port again: held by a dead worker, or not sent in time.
   */
  public long undelivered() {
    return undelivered + forwarding().stranded();
  }

  /** What a port says it has dropped: missed, bad, or not to be sent. */
  public long drops(int port) {
    EthStats stats = ports.get(port).stats();
    return stats.imissed() + stats.ierrors() + stats.oerrors();
  }

  /** Mbufs that are not back in the pool; 0 once {@link #run} has returned, or they have leaked. */
  public int mbufsInUse() {
    return pool.inUseCount();
  }
}
