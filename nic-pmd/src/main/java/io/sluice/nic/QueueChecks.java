package io.sluice.nic;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.mempool.PktmbufPoolPrivateLayout;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;

/** What a port refuses whatever its driver ({@code rte_eth_rx_queue_setup} and others). */
final class QueueChecks {
  private static final int MAX_DESCRIPTORS = 0xffff;

  private final String port;

  QueueChecks(String port) {
    this.port = port;
  }

  private SluiceException refused(Errno errno, String what) {
    return new SluiceException(errno, "port " + port + ": " + what);
  }

  SluiceException notOpen() {
    return refused(
        Errno.ENODEV, "its primary died, and no other has opened it yet; start one for it");
  }

  SluiceException notShareable(String driver) {
    return refused(
        Errno.ENOTSUP,
        "a secondary cannot use queues of " + driver + "; take its packets over a ring");
  }

  void checkCount(String side, int count, int most) {
    if (count < 0 || count > most) {
      throw refused(Errno.EINVAL, count + " " + side + " queues, it has 0 to " + most);
    }
  }

  void checkConf(int descriptors, long offloads) {
    if (descriptors < 0 || descriptors > MAX_DESCRIPTORS) {
      throw refused(Errno.EINVAL, descriptors + " descriptors, it takes 0 to " + MAX_DESCRIPTORS);
    }
    if (offloads != 0) {
      throw refused(
          Errno.EINVAL, "offloads 0x" + Long.toHexString(offloads) + ", its driver has none");
    }
  }

  int checkXstat(int id, int count) {
    if (id < 0 || id >= count) {
      throw refused(
          Errno.EINVAL, "no extended statistic " + id + ", there are 0 to " + (count - 1));
    }
    return id;
  }

  /** A queue writes into what it takes from the pool: it must be mbufs, with room. */
  void checkPool(Mempool pool) {
    if (pool.privateSize() < PktmbufPoolPrivateLayout.SIZEOF) {
      throw refused(Errno.ENOSPC, "pool '" + pool.name() + "' has no mbufs; take a PktmbufPool's");
    }
    int room = PktmbufPool.dataRoomSize(pool);
    if (room <= Mbuf.HEADROOM) {
      throw refused(
          Errno.EINVAL,
          "pool '"
              + pool.name()
              + "' has mbufs of "
              + room
              + " bytes, which the headroom of "
              + Mbuf.HEADROOM
              + " takes; give them more");
    }
  }

  void checkQueue(boolean configured, String side, int queue, int count) {
    if (!configured) {
      throw refused(Errno.EINVAL, "configure it before its queues");
    }
    if (queue < 0 || queue >= count) {
      throw refused(Errno.EINVAL, "no " + side + " queue " + queue + ", configured are " + count);
    }
  }

  void checkSetUp(PortQueues queues, int count) {
    for (int queue = 0; queue < count; queue++) {
      if (queues.opened(queue) == null) {
        throw refused(Errno.EINVAL, "set queue " + queue + " up before starting");
      }
    }
  }
}
