package io.sluice.mempool;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/**
 * {@code rte_pktmbuf_pool_create}: pools whose objects are mbufs with a buffer of their own behind.
 */
public final class PktmbufPool {
  /** {@code RTE_MBUF_DEFAULT_BUF_SIZE}: 2048 bytes behind the headroom. */
  public static final int DEFAULT_BUF_SIZE = 2048 + Mbuf.HEADROOM;

  private static final int PRIV_ALIGN = 8;

  private PktmbufPool() {}

  /**
   * Makes a pool of {@code n} mbufs with DPDK's default backend.
   *
   * @param name at most 25 bytes
   * @param n mbufs; 2^q - 1 is best
   * @param cacheSize see {@link Mempool#create}
   * @param privSize bytes between an mbuf and its buffer, a multiple of 8
   * @param dataRoomSize bytes of the buffer, headroom included, at most 65535
   * @param socket NUMA node, -1 for any
   * @throws SluiceException EINVAL, EEXIST, ENAMETOOLONG, ENOMEM
   */
  public static Mempool create(
      SharedMemory m,
      String name,
      int n,
      int cacheSize,
      int privSize,
      int dataRoomSize,
      int socket) {
    return create(m, name, n, cacheSize, privSize, dataRoomSize, socket, "ring_mp_mc");
  }

  /** {@code rte_pktmbuf_pool_create_by_ops}: with a backend by name. */
  public static Mempool create(
      SharedMemory m,
      String name,
      int n,
      int cacheSize,
      int privSize,
      int dataRoomSize,
      int socket,
      String ops) {
    if (privSize < 0 || privSize % PRIV_ALIGN != 0 || privSize > 0xffff) {
      throw new SluiceException(
          Errno.EINVAL,
          "mbuf pool '" + name + "': privSize=" + privSize + ", it takes a multiple of 8 to 65528");
    }
    if (dataRoomSize < 0 || dataRoomSize > 0xffff) {
      throw new SluiceException(
          Errno.EINVAL,
          "mbuf pool '" + name + "': dataRoomSize=" + dataRoomSize + ", it takes 0 to 65535");
    }
    return Mempool.create(
        m,
        name,
        n,
        MbufLayout.SIZEOF + privSize + dataRoomSize,
        cacheSize,
        PktmbufPoolPrivateLayout.SIZEOF,
        address -> {
          Memory.putShort(address + PktmbufPoolPrivateLayout.DATA_ROOM_SIZE, (short) dataRoomSize);
          Memory.putShort(address + PktmbufPoolPrivateLayout.PRIV_SIZE, (short) privSize);
          Memory.putInt(address + PktmbufPoolPrivateLayout.FLAGS, 0);
        },
        (pool, mbuf, index) -> init(pool, mbuf, privSize, dataRoomSize),
        socket,
        0,
        ops);
  }

  /** {@code rte_pktmbuf_init}. */
  private static void init(Mempool pool, long mbuf, int privSize, int dataRoomSize) {
    Memory.fill(mbuf, MbufLayout.SIZEOF + (long) privSize, (byte) 0);
    Mbuf.initBuffer(mbuf, privSize, dataRoomSize);
    Memory.putLong(mbuf + MbufLayout.POOL, pool.address());
    Mbuf.reset(mbuf);
  }

  /** {@code rte_pktmbuf_data_room_size}: bytes of a buffer of that pool, headroom included. */
  public static int dataRoomSize(Mempool pool) {
    return Memory.getUnsignedShort(pool.privateAddress() + PktmbufPoolPrivateLayout.DATA_ROOM_SIZE);
  }

  /** {@code rte_pktmbuf_priv_size}: bytes between an mbuf of that pool and its buffer. */
  public static int privSize(Mempool pool) {
    return Memory.getUnsignedShort(pool.privateAddress() + PktmbufPoolPrivateLayout.PRIV_SIZE);
  }
}
