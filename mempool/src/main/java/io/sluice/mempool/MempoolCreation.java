package io.sluice.mempool;

import io.sluice.config.Locks;
import io.sluice.config.MemConfigLayout;
import io.sluice.config.Tailq;
import io.sluice.config.UndoLog;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Lcore;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Protection;
import io.sluice.ring.Ring;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** Making, finding and freeing pools ({@code rte_mempool.c}); everything but the data path. */
final class MempoolCreation {
  private static final String TAILQ = "RTE_MEMPOOL";
  private static final String ZONE_PREFIX = "MP_";
  private static final int TAILQ_DATA = 16;
  private static final int TAILQ_ENTRY_SIZE = 24;
  private static final int ALIGN = 64;

  /** Of an object or of private data: what is added to it still fits in the 32 bits of a header. */
  private static final int MOST_BYTES = 1 << 30;

  private static final int USER_FLAGS =
      Mempool.F_NO_SPREAD
          | Mempool.F_NO_CACHE_ALIGN
          | Mempool.F_SP_PUT
          | Mempool.F_SC_GET
          | Mempool.F_NO_IOVA_CONTIG;

  /** {@code RTE_MEMPOOL_F_POOL_CREATED}. */
  private static final int F_POOL_CREATED = 16;

  /** {@code RTE_MEMPOOL_F_NON_IO}: no device may use the objects. */
  private static final int F_NON_IO = 64;

  private MempoolCreation() {}

  static String defaultOps(int flags) {
    boolean singlePut = (flags & Mempool.F_SP_PUT) != 0;
    boolean singleGet = (flags & Mempool.F_SC_GET) != 0;
    return "ring_" + (singlePut ? "sp_" : "mp_") + (singleGet ? "sc" : "mc");
  }

  /**
   * The pool's memzone keeps a second pool of that name out, so that no lock is held while memory
   * is taken and objects are initialized. The pool can be found only from the last step on, the
   * tailq's, when it is whole: a process that waits for it by looking it up gets no object that is
   * not initialized.
   */
  static Mempool create(
      SharedMemory m,
      String name,
      int n,
      int eltSize,
      int cacheSize,
      int privateSize,
      LongConsumer initPool,
      Mempool.ObjectVisitor init,
      int socket,
      int flags,
      String opsName,
      Protection protection) {
    check(name, n, eltSize, cacheSize, privateSize, flags);
    MempoolOps ops = MempoolOps.byName(opsName);
    List<Runnable> undo = new ArrayList<>();
    try {
      MemZone zone = reserve(m, name, headerSize(cacheSize) + alignUp(privateSize, ALIGN), socket);
      undo.add(() -> MemZone.free(m, zone));
      initHeader(m, zone, name, n, eltSize, cacheSize, privateSize, socket, flags);
      Backend backend = createBackend(m, zone.address(), name, n, socket, ops, protection, undo);
      boolean isProtected = protection == Protection.ON;
      Mempool pool = new Mempool(zone.address(), backend, isProtected ? m : null);
      initPool.accept(pool.privateAddress());
      MempoolPopulation.populate(m, pool, isProtected, undo);
      if (init != null) {
        pool.objIter(init);
      }
      insert(m, pool);
      return pool;
    } catch (RuntimeException e) {
      for (int i = undo.size() - 1; i >= 0; i--) {
        undo.get(i).run();
      }
      throw e;
    }
  }

  private static void check(
      String name, int n, int eltSize, int cacheSize, int privateSize, int flags) {
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

  private static long headerSize(int cacheSize) {
    long caches = cacheSize == 0 ? 0 : (long) Lcore.MAX * MempoolCacheLayout.SIZEOF;
    return MempoolLayout.SIZEOF + caches;
  }

  static long alignUp(long value, long align) {
    return value + align - 1 & -align;
  }

  private static MemZone reserve(SharedMemory m, String name, long bytes, int socket) {
    try {
      return MemZone.reserve(
          m, ZONE_PREFIX + name, bytes, socket, MemZone.MZ_1GB | MemZone.SIZE_HINT_ONLY);
    } catch (SluiceException e) {
      if (e.errno() == Errno.EEXIST) {
        throw new SluiceException(
            Errno.EEXIST,
            "mempool '" + name + "' is there already; look it up or take another name",
            e);
      }
      throw e;
    }
  }

  private static void initHeader(
      SharedMemory m,
      MemZone zone,
      String name,
      int n,
      int eltSize,
      int cacheSize,
      int privateSize,
      int socket,
      int userFlags) {
    long mp = zone.address();
    Memory.fill(mp, headerSize(cacheSize), (byte) 0);
    int flags = userFlags;
    if ((flags & Mempool.F_NO_CACHE_ALIGN) != 0) {
      flags |= Mempool.F_NO_SPREAD;
    }
    if ((flags & Mempool.F_NO_IOVA_CONTIG) != 0) {
      flags |= F_NON_IO;
    }
    ObjectSize sizes = ObjectSize.of(eltSize, flags, channels(m), ranks(m));
    Memory.putString(mp + MempoolLayout.NAME, MempoolLayout.NAMESIZE, name);
    Memory.putLong(mp + MempoolLayout.MZ, zone.descriptor());
    Memory.putInt(mp + MempoolLayout.FLAGS, flags | F_POOL_CREATED);
    Memory.putInt(mp + MempoolLayout.SOCKET_ID, socket);
    Memory.putInt(mp + MempoolLayout.SIZE, n);
    Memory.putInt(mp + MempoolLayout.CACHE_SIZE, cacheSize);
    Memory.putInt(mp + MempoolLayout.ELT_SIZE, sizes.elt());
    Memory.putInt(mp + MempoolLayout.HEADER_SIZE, sizes.header());
    Memory.putInt(mp + MempoolLayout.TRAILER_SIZE, sizes.trailer());
    Memory.putInt(mp + MempoolLayout.PRIVATE_DATA_SIZE, (int) alignUp(privateSize, ALIGN));
    Memory.putLong(mp + MempoolLayout.LOCAL_CACHE, mp + MempoolLayout.SIZEOF);
    Memory.putLong(mp + MempoolLayout.ELT_LIST + 8, mp + MempoolLayout.ELT_LIST);
    Memory.putLong(mp + MempoolLayout.MEM_LIST + 8, mp + MempoolLayout.MEM_LIST);
    for (int lcore = 0; cacheSize != 0 && lcore < Lcore.MAX; lcore++) {
      MempoolCache.init(
          mp + MempoolLayout.SIZEOF + (long) lcore * MempoolCacheLayout.SIZEOF, cacheSize);
    }
  }

  /** Memory channels that the config names; 4 where it names none, as {@code rte_mempool.c}. */
  private static int channels(SharedMemory m) {
    int named = Memory.getInt(m.config().address() + MemConfigLayout.NCHANNEL);
    return named == 0 ? 4 : named;
  }

  private static int ranks(SharedMemory m) {
    return Math.max(1, Memory.getInt(m.config().address() + MemConfigLayout.NRANK));
  }

  private static Backend createBackend(
      SharedMemory m,
      long mp,
      String name,
      int n,
      int socket,
      MempoolOps ops,
      Protection protection,
      List<Runnable> undo) {
    Memory.putInt(mp + MempoolLayout.OPS_INDEX, ops.ordinal());
    if (ops.isRing()) {
      int slots = Integer.highestOneBit(n) << 1;
      Ring ring = Ring.create(m, ZONE_PREFIX + name, slots, socket, ops.ringFlags(), protection);
      undo.add(() -> ring.free(m));
      Memory.putLong(mp + MempoolLayout.POOL_DATA, ring.address());
      return new RingBackend(ring);
    }
    long stack = m.heap(socket).zmalloc("MEMPOOL_STACK", LockFreeStackBackend.memsize(n), ALIGN);
    if (stack == 0) {
      throw new SluiceException(
          Errno.ENOMEM, "mempool '" + name + "': no memory for its stack; give more with -m");
    }
    undo.add(() -> m.heap(-1).free(stack));
    LockFreeStackBackend.init(stack, n);
    Memory.putLong(mp + MempoolLayout.POOL_DATA, stack);
    return new LockFreeStackBackend(stack, protection == Protection.ON ? m.owners() : null);
  }

  /** Nothing can fail behind the allocation, so that nothing has to be taken off the list again. */
  private static void insert(SharedMemory m, Mempool pool) {
    long entry = m.heap(pool.socketId()).zmalloc("MEMPOOL_TAILQ_ENTRY", TAILQ_ENTRY_SIZE, 0);
    if (entry == 0) {
      throw new SluiceException(
          Errno.ENOMEM,
          "mempool '" + pool.name() + "': no memory for its list entry; give more with -m");
    }
    Memory.putLong(entry + TAILQ_DATA, pool.address());
    m.locks().lock(Locks.MPLOCK);
    UndoLog log = m.locks().lock(Locks.QLOCK);
    try {
      Tailq.insertTail(log, m.tailq(TAILQ), entry);
      MempoolRegistry.add(pool);
    } finally {
      m.locks().unlock(Locks.QLOCK);
      m.locks().unlock(Locks.MPLOCK);
    }
  }

  static Mempool lookup(SharedMemory m, String name) {
    long[] found = new long[1];
    forEachAddress(
        m,
        mp -> {
          if (Memory.getString(mp + MempoolLayout.NAME, MempoolLayout.NAMESIZE).equals(name)) {
            found[0] = mp;
          }
        });
    return found[0] == 0 ? null : open(m, found[0]);
  }

  /**
   * The handle on a pool that this process meets for the first time, in one of its mbufs.
   *
   * @throws IllegalStateException if no pool is there
   */
  static Mempool openAt(long mp) {
    Mempool pool = find(mp);
    if (pool == null) {
      throw new IllegalStateException(
          "no mbuf: its pool would be at 0x" + Long.toHexString(mp) + ", where there is none");
    }
    return pool;
  }

  /** The handle on the pool at an address, or null if no list has a pool there. */
  static Mempool find(long mp) {
    SharedMemory m = SharedMemory.containing(mp);
    if (m == null) {
      return null;
    }
    boolean[] listed = new boolean[1];
    forEachAddress(m, address -> listed[0] |= address == mp);
    return listed[0] ? open(m, mp) : null;
  }

  /**
   * The handle: the backend is told by what is in memory, since its index is private to a process.
   * A handle that is known already stands for what was there when it was made; another process may
   * have freed that pool and made another of the same name at the same place.
   */
  private static Mempool open(SharedMemory m, long mp) {
    Mempool known = MempoolRegistry.at(mp);
    if (known != null && known.isCurrent()) {
      return known;
    }
    long data = Memory.getLong(mp + MempoolLayout.POOL_DATA);
    String name = Memory.getString(mp + MempoolLayout.NAME, MempoolLayout.NAMESIZE);
    Ring ring = Ring.lookup(m, ZONE_PREFIX + name);
    SharedMemory protecting = isProtected(m, mp) ? m : null;
    Backend backend;
    if (ring != null && ring.address() == data) {
      backend = new RingBackend(ring);
    } else if (Memory.getLong(data + LockFreeStackLayout.MAGIC)
        == LockFreeStackLayout.MAGIC_VALUE) {
      backend = new LockFreeStackBackend(data, protecting == null ? null : m.owners());
    } else {
      throw new SluiceException(
          Errno.ENOTSUP,
          "mempool '"
              + name
              + "' stands on neither a ring nor Sluice's stack; make it with ring ops");
    }
    Mempool pool = new Mempool(mp, backend, protecting);
    MempoolRegistry.add(pool);
    return pool;
  }

  /** The objects of a protected pool have owners; one without objects is half made. */
  private static boolean isProtected(SharedMemory m, long mp) {
    long first = Memory.getLong(mp + MempoolLayout.ELT_LIST);
    return m.owners() != null
        && first != 0
        && m.owners().covers(first + MempoolObjHdrLayout.SIZEOF);
  }

  static void walk(SharedMemory m, Consumer<Mempool> visitor) {
    List<Long> addresses = new ArrayList<>();
    forEachAddress(m, addresses::add);
    addresses.forEach(mp -> visitor.accept(open(m, mp)));
  }

  private static void forEachAddress(SharedMemory m, LongConsumer visitor) {
    m.locks().lock(Locks.MPLOCK);
    try {
      Tailq.iterate(m.tailq(TAILQ), entry -> visitor.accept(Memory.getLong(entry + TAILQ_DATA)));
    } finally {
      m.locks().unlock(Locks.MPLOCK);
    }
  }

  static void free(SharedMemory m, Mempool pool) {
    long mp = pool.address();
    m.locks().lock(Locks.MPLOCK);
    try {
      String name = pool.name();
      removeEntry(m, mp, name);
      MempoolRegistry.remove(mp);
      MempoolPopulation.freeChunks(m, mp, name);
      if (pool.backend().ops().isRing()) {
        Ring.at(Memory.getLong(mp + MempoolLayout.POOL_DATA)).free(m);
      } else {
        m.heap(-1).free(Memory.getLong(mp + MempoolLayout.POOL_DATA));
      }
      MemZone.free(m, MemZone.lookup(m, ZONE_PREFIX + name));
    } finally {
      m.locks().unlock(Locks.MPLOCK);
    }
  }

  private static void removeEntry(SharedMemory m, long mp, String name) {
    UndoLog log = m.locks().lock(Locks.QLOCK);
    try {
      long[] found = new long[1];
      Tailq.iterate(
          m.tailq(TAILQ),
          entry -> {
            if (Memory.getLong(entry + TAILQ_DATA) == mp) {
              found[0] = entry;
            }
          });
      if (found[0] == 0) {
        throw invalid(name, "is in no list: freed already");
      }
      Tailq.remove(log, m.tailq(TAILQ), found[0]);
      log.commit();
      m.heap(-1).free(found[0]);
    } finally {
      m.locks().unlock(Locks.QLOCK);
    }
  }
}
