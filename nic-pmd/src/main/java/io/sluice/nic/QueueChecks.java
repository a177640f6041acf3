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
}
