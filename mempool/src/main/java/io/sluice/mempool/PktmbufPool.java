package io.sluice.mempool;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.List;

/**
 * {@code rte_pktmbuf_pool_create}: pools whose objects are mbufs with a buffer of their own behind.
 */
public final class PktmbufPool {
  /** {@code RTE_MBUF_DEFAULT_BUF_SIZE}: 2048 bytes behind the headroom. */
  public static final int DEFAULT_BUF_SIZE = 2048 + Mbuf.HEADROOM;

  private static final int PRIV_ALIGN = 8;
  private static final int PINNED_EXT_BUF = 1;

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
    MempoolConf conf =
        MempoolConf.of(n, MbufLayout.SIZEOF)
            .withCacheSize(cacheSize)
            .withSocket(socket)
            .withOps(ops);
    return create(m, name, conf, privSize, dataRoomSize);
  }

  /**
   * As the other two, with everything of a pool's that is not an mbuf's.
   *
   * @param conf of which the sizes of objects and private data do not count
   */
  public static Mempool create(
      SharedMemory m, String name, MempoolConf conf, int privSize, int dataRoomSize) {
    checkSizes(name, privSize, dataRoomSize);
    return Mempool.create(
        m,
        name,
        conf.withEltSize(MbufLayout.SIZEOF + privSize + dataRoomSize)
            .withPrivateSize(PktmbufPoolPrivateLayout.SIZEOF),
        address -> initPrivate(address, dataRoomSize, privSize, 0),
        (pool, mbuf, index) -> init(pool, mbuf, privSize, dataRoomSize));
  }

  /**
   * {@code rte_pktmbuf_pool_create_extbuf}: mbufs whose buffers lie in memory from outside the
   * pool, each pinned to its mbuf for good.
   *
   * @param memories where the buffers lie, one behind the other
   * @throws SluiceException EINVAL for memory too small for a buffer, ENOMEM if it holds fewer than
   *     {@code n}, or as {@link #create}
   */
  public static Mempool createExtbuf(
      SharedMemory m,
      String name,
      int n,
      int cacheSize,
      int privSize,
      int dataRoomSize,
      int socket,
      List<ExternalMemory> memories) {
    checkSizes(name, privSize, dataRoomSize);
    if (n <= 0) {
      throw new SluiceException(
          Errno.EINVAL, "mbuf pool '" + name + "': n=" + n + ", it takes at least 1");
    }
    long[] buffers = new long[n];
    long[] iovas = new long[n];
    int found = 0;
    for (ExternalMemory memory : memories) {
      if (memory.address() == 0 || memory.elementSize() <= 0 || memory.length() <= 0) {
        throw new SluiceException(Errno.EINVAL, "mbuf pool '" + name + "': " + memory);
      }
      if (!isIn(m, memory.address()) || !isIn(m, memory.address() + memory.length() - 1)) {
        throw new SluiceException(
            Errno.EINVAL,
            "mbuf pool '"
                + name
                + "': "
                + memory
                + " is not in the shared memory, where every process sees it; reserve a memzone");
      }
      if (memory.elementSize() < dataRoomSize) {
        throw new SluiceException(
            Errno.EINVAL,
            "mbuf pool '"
                + name
                + "': elementSize="
                + memory.elementSize()
                + " is less than dataRoomSize="
                + dataRoomSize);
      }
      long count = memory.length() / memory.elementSize();
      for (long i = 0; i < count && found < n; i++) {
        long offset = i * memory.elementSize();
        buffers[found] = memory.address() + offset;
        iovas[found++] = memory.iova() == -1 ? -1 : memory.iova() + offset;
      }
    }
    if (found < n) {
      throw new SluiceException(
          Errno.ENOMEM,
          "mbuf pool '" + name + "': external memory for " + found + " of " + n + " buffers");
    }
    return Mempool.create(
        m,
        name,
        MempoolConf.of(n, MbufLayout.SIZEOF + privSize + MbufExtSharedInfoLayout.SIZEOF)
            .withCacheSize(cacheSize)
            .withPrivateSize(PktmbufPoolPrivateLayout.SIZEOF)
            .withSocket(socket),
        address -> initPrivate(address, dataRoomSize, privSize, PINNED_EXT_BUF),
        (pool, mbuf, index) ->
            initPinned(pool, mbuf, privSize, dataRoomSize, buffers[index], iovas[index]));
  }

  private static boolean isIn(SharedMemory m, long address) {
    return m.memsegs().virt2memsegList(address) != 0;
  }

  private static void initPinned(
      Mempool pool, long mbuf, int privSize, int dataRoomSize, long buffer, long iova) {
    Memory.fill(mbuf, MbufLayout.SIZEOF + (long) privSize, (byte) 0);
    long shinfo = mbuf + MbufLayout.SIZEOF + privSize;
    ExternalBuffers.init(shinfo, ExternalBuffers.PINNED, mbuf);
    Memory.putShort(mbuf + MbufLayout.PRIV_SIZE, (short) privSize);
    MbufAttach.attachExtbuf(mbuf, buffer, iova, dataRoomSize, shinfo);
    Memory.putLong(mbuf + MbufLayout.POOL, pool.address());
    Mbuf.reset(mbuf);
  }

  /** Whether a pool's objects are mbufs: each then names the pool itself. */
  static boolean isOfMbufs(Mempool pool) {
    long first = pool.firstObject();
    return first != 0
        && pool.eltSize() >= MbufLayout.SIZEOF
        && pool.privateSize() >= PktmbufPoolPrivateLayout.SIZEOF
        && Mbuf.pool(first) == pool.address();
  }

  /** {@code RTE_PKTMBUF_POOL_F_PINNED_EXT_BUF}: whether a pool's buffers are pinned. */
  static boolean isPinned(Mempool pool) {
    return Memory.getInt(pool.privateAddress() + PktmbufPoolPrivateLayout.FLAGS) == PINNED_EXT_BUF;
  }

  private static void checkSizes(String name, int privSize, int dataRoomSize) {
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
  }

  private static void initPrivate(long address, int dataRoomSize, int privSize, int flags) {
    Memory.putShort(address + PktmbufPoolPrivateLayout.DATA_ROOM_SIZE, (short) dataRoomSize);
    Memory.putShort(address + PktmbufPoolPrivateLayout.PRIV_SIZE, (short) privSize);
    Memory.putInt(address + PktmbufPoolPrivateLayout.FLAGS, flags);
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
