package io.sluice.mempool;

import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Protection;

/**
 * What a pool is to be like: the arguments of {@code rte_mempool_create_empty} and {@code
 * rte_mempool_set_ops_byname}. Each {@code with} gives another one; they are checked when a pool is
 * made.
 *
 * @param n objects; 2^q - 1 is best for a backing ring
 * @param eltSize bytes of one
 * @param cacheSize objects that an lcore's cache keeps, at most 512 and n / 1.5; 0 for no caches
 * @param privateSize bytes of private data behind the pool's header
 * @param socket NUMA node, -1 for any
 * @param flags of the constants in {@link Mempool}
 * @param ops ring_mp_mc, ring_sp_sc, ring_mp_sc, ring_sp_mc, ring_mt_rts, ring_mt_hts or lf_stack
 * @param protection what the death of a process does to the pool
 */
public record MempoolConf(
    int n,
    int eltSize,
    int cacheSize,
    int privateSize,
    int socket,
    int flags,
    String ops,
    Protection protection) {

  /** Of an object or of private data: what is added to it still fits in the 32 bits of a header. */
  private static final int MOST_BYTES = 1 << 30;

  private static final int USER_FLAGS =
      Mempool.F_NO_SPREAD
          | Mempool.F_NO_CACHE_ALIGN
          | Mempool.F_SP_PUT
          | Mempool.F_SC_GET
          | Mempool.F_NO_IOVA_CONTIG;

  /** A pool on a ring for any number of threads, without caches and private data, protected. */
  public static MempoolConf of(int n, int eltSize) {
    return new MempoolConf(n, eltSize, 0, 0, -1, 0, "ring_mp_mc", Protection.ON);
  }

  /** With objects of so many bytes. */
  MempoolConf withEltSize(int bytes) {
    return new MempoolConf(n, bytes, cacheSize, privateSize, socket, flags, ops, protection);
  }

  /** With caches of so many objects. */
  public MempoolConf withCacheSize(int size) {
    return new MempoolConf(n, eltSize, size, privateSize, socket, flags, ops, protection);
  }

  /** With so many bytes of private data. */
  public MempoolConf withPrivateSize(int bytes) {
    return new MempoolConf(n, eltSize, cacheSize, bytes, socket, flags, ops, protection);
  }

  /** In the memory of a NUMA node. */
  public MempoolConf withSocket(int node) {
    return new MempoolConf(n, eltSize, cacheSize, privateSize, node, flags, ops, protection);
  }

  /** With flags, and the backend that {@code rte_mempool_create} chooses by them. */
  public MempoolConf withFlags(int bits) {
    String chosen =
        "ring_"
            + ((bits & Mempool.F_SP_PUT) != 0 ? "sp_" : "mp_")
            + ((bits & Mempool.F_SC_GET) != 0 ? "sc" : "mc");
    return new MempoolConf(n, eltSize, cacheSize, privateSize, socket, bits, chosen, protection);
  }

  /** With a backend by its name. */
  public MempoolConf withOps(String name) {
    return new MempoolConf(n, eltSize, cacheSize, privateSize, socket, flags, name, protection);
  }

  /** With other protection than {@link Protection#ON}. */
  public MempoolConf withProtection(Protection kind) {
    return new MempoolConf(n, eltSize, cacheSize, privateSize, socket, flags, ops, kind);
  }

  /** The flags and what they imply, as in the pool's header. */
  int impliedFlags() {
    return (flags & Mempool.F_NO_CACHE_ALIGN) != 0 ? flags | Mempool.F_NO_SPREAD : flags;
  }

  /** Throws what is wrong, for a pool of that name. */
  void check(String name) {
    if (name.isEmpty() || name.length() >= MempoolLayout.NAMESIZE) {
      throw new SluiceException(
          Errno.ENAMETOOLONG,
          "mempool name '"
              + name
              + "' has "
              + name.length()
              + " characters, it takes 1 to "
              + (MempoolLayout.NAMESIZE - 1));
    }
    if (n <= 0 || n >= 1 << 30) {
      throw invalid(name, "n=" + n + ", it takes 1 to 2^30 - 1 objects");
    }
    if (eltSize <= 0 || eltSize > MOST_BYTES) {
      throw invalid(name, "eltSize=" + eltSize + ", an object takes 1 to " + MOST_BYTES + " bytes");
    }
    if (privateSize < 0 || privateSize > MOST_BYTES) {
      throw invalid(name, "privateSize=" + privateSize + ", it takes 0 to " + MOST_BYTES);
    }
    if (cacheSize < 0
        || cacheSize > MempoolCacheLayout.MAX_SIZE
        || MempoolCache.flushThreshold(cacheSize) > n) {
      throw invalid(
          name,
          "cacheSize="
              + cacheSize
              + ", it takes 0 to "
              + Math.min(512L, n * 2L / 3)
              + " for n="
              + n);
    }
    if ((flags & ~USER_FLAGS) != 0) {
      throw invalid(
          name,
          "flags=0x"
              + Integer.toHexString(flags)
              + " has bits outside 0x"
              + Integer.toHexString(USER_FLAGS));
    }
  }

  private static SluiceException invalid(String name, String what) {
    return new SluiceException(Errno.EINVAL, "mempool '" + name + "': " + what);
  }
}
