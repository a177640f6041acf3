package io.sluice.mempool;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Lcore;
import io.sluice.platform.Memory;
import io.sluice.ring.Ring;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * {@code rte_mempool}: a pool of objects of one size, with a cache for each lcore in front of a
 * common backend. This is one process's handle on the shared structure.
 *
 * <p>Threads and processes: an lcore's cache belongs to the one thread that is that lcore, in
 * whatever process (the process table gives an lcore id to one process only); the backend takes any
 * number, as far as its kind allows. A thread that is no lcore goes to the backend directly. An
 * object got is the caller's, and any thread of any process may put it back.
 *
 * <p>What a process that dies had in hand or in its lcores' caches goes back to the pool ({@link
 * PoolRecovery}), unless the pool was created without protection: then it is gone, as in C, but for
 * what the next process with that lcore id finds in the cache.
 *
 * <p>Source: {@code rte_mempool.h} of 22.11.
 */
public final class Mempool {
  /** {@code RTE_MEMPOOL_F_NO_SPREAD}: no padding to spread objects over memory channels. */
  public static final int F_NO_SPREAD = 1;

  /** {@code RTE_MEMPOOL_F_NO_CACHE_ALIGN}: objects need not begin at a cache line. */
  public static final int F_NO_CACHE_ALIGN = 2;

  /** {@code RTE_MEMPOOL_F_SP_PUT}: one thread puts. */
  public static final int F_SP_PUT = 4;

  /** {@code RTE_MEMPOOL_F_SC_GET}: one thread gets. */
  public static final int F_SC_GET = 8;

  /** {@code RTE_MEMPOOL_F_NO_IOVA_CONTIG}: objects need not be contiguous in IO addresses. */
  public static final int F_NO_IOVA_CONTIG = 32;

  /** Called for each object of a pool, with its running number. */
  @FunctionalInterface
  public interface ObjectVisitor {
    /** Visits object {@code index}, at {@code address}. */
    void visit(Mempool pool, long address, int index);
  }

  /** Called for each chunk of memory of a pool. */
  @FunctionalInterface
  public interface ChunkVisitor {
    /** Visits a chunk of {@code length} bytes. */
    void visit(Mempool pool, long address, long iova, long length);
  }

  private final long address;
  private final Backend backend;

  /**
   * The backend's, if that is what it has. Bulks go to it at once: behind a compare-and-set every
   * handle on the way to the next one is loaded anew, one after the other, and with the backend's
   * among them a quarter more time goes by with 8 objects (1.9 ns in place of 1.4, JDK 17).
   */
  private final Ring ring;

  private final int size;
  private final int cacheSize;
  private final long localCache;
  private final long poolData;
  private final int opsIndex;
  private final SharedMemory protecting;

  /** The handle; {@code protecting} is null for a pool that is not protected. */
  Mempool(long address, Backend backend, SharedMemory protecting) {
    this.address = address;
    this.protecting = protecting;
    this.backend = backend;
    this.ring = backend.ring();
    this.size = Memory.getInt(address + MempoolLayout.SIZE);
    this.cacheSize = Memory.getInt(address + MempoolLayout.CACHE_SIZE);
    this.localCache = Memory.getLong(address + MempoolLayout.LOCAL_CACHE);
    this.poolData = Memory.getLong(address + MempoolLayout.POOL_DATA);
    this.opsIndex = Memory.getInt(address + MempoolLayout.OPS_INDEX);
  }

  /**
   * Whether what this handle remembers is still what is in memory. It is not when another process
   * freed the pool and made a different one in its place.
   */
  boolean isCurrent() {
    return Memory.getLong(address + MempoolLayout.POOL_DATA) == poolData
        && Memory.getInt(address + MempoolLayout.SIZE) == size
        && Memory.getInt(address + MempoolLayout.CACHE_SIZE) == cacheSize
        && Memory.getInt(address + MempoolLayout.OPS_INDEX) == opsIndex
        && (ring == null || ring.isCurrent());
  }

  /**
   * {@code rte_mempool_create}: a pool in memzones {@code MP_NAME} and {@code MP_NAME_NUMBER}, in
   * the tailq {@code RTE_MEMPOOL}.
   *
   * @param name at most 25 bytes, used by no other pool
   * @param n objects; 2^q - 1 is best for the backing ring
   * @param eltSize bytes of one
   * @param cacheSize objects that an lcore's cache keeps, at most 512 and n / 1.5; 0 for no caches
   * @param privateSize bytes of private data behind the pool's header
   * @param init called for each object, or null
   * @param socket NUMA node, -1 for any
   * @param flags of the constants here
   * @throws io.sluice.platform.SluiceException EINVAL, EEXIST, ENAMETOOLONG, ENOMEM
   */
  public static Mempool create(
      SharedMemory m,
      String name,
      int n,
      int eltSize,
      int cacheSize,
      int privateSize,
      ObjectVisitor init,
      int socket,
      int flags) {
    MempoolConf conf =
        MempoolConf.of(n, eltSize)
            .withCacheSize(cacheSize)
            .withPrivateSize(privateSize)
            .withSocket(socket)
            .withFlags(flags);
    return create(m, name, conf, pool -> {}, init);
  }

  /**
   * {@link #createEmpty}, the initializer of the private data, {@link EmptyMempool#populateDefault}
   * and {@link EmptyMempool#finish} in turn. If an initializer throws, nothing is left of the pool.
   *
   * @param initPool writes the private data, before there are objects
   * @param init called for each object, or null
   */
  public static Mempool create(
      SharedMemory m, String name, MempoolConf conf, LongConsumer initPool, ObjectVisitor init) {
    EmptyMempool.requireObtainable(m, name, conf);
    try (EmptyMempool empty = createEmpty(m, name, conf)) {
      initPool.accept(empty.privateAddress());
      empty.populateDefault();
      return empty.finish(init);
    }
  }

  /**
   * {@code rte_mempool_create_empty}: a pool that gets its memory in steps, as {@link #create} for
   * the rest; to be closed.
   */
  public static EmptyMempool createEmpty(SharedMemory m, String name, MempoolConf conf) {
    return EmptyMempool.create(m, name, conf);
  }

  /** {@code rte_mempool_lookup}: the pool of that name, or null. */
  public static Mempool lookup(SharedMemory m, String name) {
    return MempoolCreation.lookup(m, name);
  }

  /**
   * The handle on the pool at this address, which this process created or looked up before; null if
   * it did not.
   */
  public static Mempool at(long address) {
    return MempoolRegistry.at(address);
  }

  /** {@code rte_mempool_walk}: every pool whose backend is known here, {@link #unknown} are not. */
  public static void walk(SharedMemory m, Consumer<Mempool> visitor) {
    MempoolCreation.walk(m, visitor);
  }

  /**
   * The names of the pools on backends that are not known here: processes of stock DPDK may make
   * some.
   */
  public static List<String> unknown(SharedMemory m) {
    return MempoolCreation.unknown(m);
  }

  /**
   * {@code rte_mempool_free}: all objects must be back, and no process may use the pool any more.
   */
  public void free(SharedMemory m) {
    MempoolCreation.free(m, this);
  }

  /** Gets {@code n} objects or none, by the calling lcore's cache; returns n or 0. */
  public int getBulk(long[] objs, int offset, int n) {
    return getBulk(defaultCache(), objs, offset, n);
  }

  /**
   * {@code rte_mempool_generic_get}: by a given cache.
   *
   * @param cache of {@link #defaultCache} or {@link MempoolCache}, which only the caller uses; 0 to
   *     go to the backend
   */
  public int getBulk(long cache, long[] objs, int offset, int n) {
    Objects.checkFromIndexSize(offset, n, objs.length);
    if (cache == 0) {
      return getCommon(objs, offset, n);
    }
    int len = Memory.getInt(cache + MempoolCacheLayout.LEN);
    if (n <= len) {
      take(cache, len, objs, offset, n);
      return n;
    }
    return refillAndGet(cache, len, objs, offset, n);
  }

  /** Gets one object; 0 when there is none. */
  public long get() {
    long cache = defaultCache();
    if (cache == 0) {
      return backend.getOne();
    }
    int len = Memory.getInt(cache + MempoolCacheLayout.LEN);
    if (len == 0) {
      int keep = Memory.getInt(cache + MempoolCacheLayout.CACHE_SIZE);
      if (!backend.getTo(slot(cache, 0), keep + 1)) {
        return backend.getOne();
      }
      len = keep + 1;
    }
    long obj = Memory.getLong(slot(cache, len - 1));
    Memory.putIntRelease(cache + MempoolCacheLayout.LEN, len - 1);
    return obj;
  }

  /** Puts {@code n} objects back, by the calling lcore's cache. */
  public void putBulk(long[] objs, int offset, int n) {
    putBulk(defaultCache(), objs, offset, n);
  }

  /**
   * {@code rte_mempool_generic_put}: by a given cache, or 0; see {@link #getBulk(long, long[], int,
   * int)}.
   *
   * @throws IllegalStateException if the pool holds all its objects already: one was put twice
   */
  public void putBulk(long cache, long[] objs, int offset, int n) {
    Objects.checkFromIndexSize(offset, n, objs.length);
    if (cache == 0) {
      putCommon(objs, offset, n);
      return;
    }
    int threshold = Memory.getInt(cache + MempoolCacheLayout.FLUSHTHRESH);
    if (n > threshold) {
      putCommon(objs, offset, n);
      return;
    }
    int len = Memory.getInt(cache + MempoolCacheLayout.LEN);
    if (len + n > threshold) {
      flush(cache, len);
      len = 0;
    }
    store(cache, len, objs, offset, n);
  }

  /** Puts one object back. */
  public void put(long obj) {
    long cache = defaultCache();
    if (cache != 0) {
      int len = Memory.getInt(cache + MempoolCacheLayout.LEN);
      if (len >= Memory.getInt(cache + MempoolCacheLayout.FLUSHTHRESH)) {
        flush(cache, len);
        len = 0;
      }
      Memory.putLong(slot(cache, len), obj);
      Memory.putIntRelease(cache + MempoolCacheLayout.LEN, len + 1);
      return;
    }
    checkPut(backend.putOne(obj));
  }

  /** The calling lcore's cache, 0 if the caller is no lcore or the pool has no caches. */
  public long defaultCache() {
    if (cacheSize == 0) {
      return 0;
    }
    int lcore = Lcore.id();
    return lcore < 0 ? 0 : cacheOf(lcore);
  }

  /** {@code rte_mempool_cache_flush}: what the cache holds goes to the backend; 0 is ignored. */
  public void flushCache(long cache) {
    if (cache != 0) {
      flush(cache, Memory.getInt(cache + MempoolCacheLayout.LEN));
    }
  }

  /** Where an lcore's cache lies; only in a pool that has caches. */
  private long cacheOf(int lcore) {
    return localCache + (long) lcore * MempoolCacheLayout.SIZEOF;
  }

  /** Visits the objects in an lcore's cache. */
  void forEachCached(int lcore, LongConsumer visitor) {
    long cache = cacheOf(lcore);
    for (int i = 0; i < cacheCount(lcore); i++) {
      visitor.accept(Memory.getLong(slot(cache, i)));
    }
  }

  /** Empties the cache of an lcore that is no more; what was in it is not in the backend yet. */
  void forgetCache(int lcore) {
    if (cacheSize != 0) {
      Memory.putIntRelease(cacheOf(lcore) + MempoolCacheLayout.LEN, 0);
    }
  }

  /** The objects in the cache of an lcore that is no more go to the backend. */
  void flushCacheOf(int lcore) {
    if (cacheSize != 0) {
      flushCache(cacheOf(lcore));
    }
  }

  /** Whether what a dead process had of it comes back. */
  public boolean isProtected() {
    return protecting != null;
  }

  /** Makes this process the owner of an object that it has come by otherwise than by a ring. */
  void take(long obj) {
    if (protecting != null) {
      protecting.owners().take(obj);
    }
  }

  /**
   * Makes nobody the owner of an object that was this process's, and that others still refer to.
   */
  void giveUp(long obj) {
    if (protecting != null) {
      protecting.owners().giveUp(obj);
    }
  }

  /** The memory by which it is protected; null for a pool that is not. */
  SharedMemory protecting() {
    return protecting;
  }

  private static long slot(long cache, int index) {
    return cache + MempoolCacheLayout.OBJS + ((long) index << 3);
  }

  /**
   * The cache's top n. The copy is done before the length says so: who dies between loses none
   * twice.
   */
  private static void take(long cache, int len, long[] objs, int offset, int n) {
    Memory.copyToLongs(slot(cache, len - n), objs, offset, n);
    Memory.putIntRelease(cache + MempoolCacheLayout.LEN, len - n);
  }

  private static void store(long cache, int len, long[] objs, int offset, int n) {
    Memory.copyFromLongs(objs, offset, slot(cache, len), n);
    Memory.putIntRelease(cache + MempoolCacheLayout.LEN, len + n);
  }

  /**
   * What is missing, and a cacheful beside it, from the backend; if it has not so many, only what
   * is missing; if not even that, nothing is touched.
   */
  private int refillAndGet(long cache, int len, long[] objs, int offset, int n) {
    int missing = n - len;
    int keep = Memory.getInt(cache + MempoolCacheLayout.CACHE_SIZE);
    if (missing <= MempoolCacheLayout.MAX_SIZE
        && len + missing + keep <= 2 * MempoolCacheLayout.MAX_SIZE
        && backend.getTo(slot(cache, len), missing + keep)) {
      take(cache, len + missing + keep, objs, offset, n);
      return n;
    }
    if (getCommon(objs, offset + len, missing) == 0) {
      return 0;
    }
    if (len != 0) {
      take(cache, len, objs, offset, len);
    }
    return n;
  }

  /**
   * The cache is empty before the backend has what was in it: who dies between loses it, and the
   * next with that lcore id does not hand out what the backend has too.
   */
  private void flush(long cache, int len) {
    Memory.putIntRelease(cache + MempoolCacheLayout.LEN, 0);
    checkPut(backend.putFrom(slot(cache, 0), len));
  }

  /** So many or 0, from the backend. */
  private int getCommon(long[] objs, int offset, int n) {
    if (ring != null) {
      return ring.dequeueBulk(objs, offset, n);
    }
    return backend.get(objs, offset, n) ? n : 0;
  }

  private void putCommon(long[] objs, int offset, int n) {
    // The backend has more patience than a ring.
    if (ring == null || ring.enqueueBulk(objs, offset, n) != n) {
      checkPut(backend.put(objs, offset, n));
    }
  }

  private void checkPut(boolean done) {
    if (!done) {
      throw new IllegalStateException(
          "mempool " + name() + " holds all its " + size + " objects already: one was put twice");
    }
  }

  /**
   * {@code rte_mempool_avail_count}: in the backend and in all caches; exact when nobody is at it.
   */
  public int availCount() {
    return Math.min(size, backend.count() + cachedCount());
  }

  /** {@code rte_mempool_in_use_count}: those that are with users. */
  public int inUseCount() {
    return size - availCount();
  }

  public boolean isFull() {
    return availCount() == size;
  }

  public boolean isEmpty() {
    return availCount() == 0;
  }

  /** Objects in the backend, without the caches. */
  public int commonCount() {
    return backend.count();
  }

  private int cachedCount() {
    int count = 0;
    for (int lcore = 0; cacheSize != 0 && lcore < Lcore.MAX; lcore++) {
      count += cacheCount(lcore);
    }
    return count;
  }

  /** Objects in an lcore's cache; 0 where the pool has no caches. */
  public int cacheCount(int lcore) {
    if (cacheSize == 0) {
      return 0;
    }
    Objects.checkIndex(lcore, Lcore.MAX);
    return Memory.getIntAcquire(cacheOf(lcore) + MempoolCacheLayout.LEN);
  }

  /** The first of its objects, 0 while it has none. */
  long firstObject() {
    long header = Memory.getLong(address + MempoolLayout.ELT_LIST);
    return header == 0 ? 0 : header + MempoolObjHdrLayout.SIZEOF;
  }

  /** {@code rte_mempool_obj_iter}: every object, in use or not; returns how many. */
  public int objIter(ObjectVisitor visitor) {
    int index = 0;
    long header = Memory.getLong(address + MempoolLayout.ELT_LIST);
    while (header != 0) {
      visitor.visit(this, header + MempoolObjHdrLayout.SIZEOF, index++);
      header = Memory.getLong(header + MempoolObjHdrLayout.NEXT);
    }
    return index;
  }

  /** {@code rte_mempool_mem_iter}: every chunk of memory; returns how many. */
  public int memIter(ChunkVisitor visitor) {
    int count = 0;
    long chunk = Memory.getLong(address + MempoolLayout.MEM_LIST);
    while (chunk != 0) {
      visitor.visit(
          this,
          Memory.getLong(chunk + MempoolMemHdrLayout.ADDR),
          Memory.getLong(chunk + MempoolMemHdrLayout.IOVA),
          Memory.getLong(chunk + MempoolMemHdrLayout.LEN));
      count++;
      chunk = Memory.getLong(chunk + MempoolMemHdrLayout.NEXT);
    }
    return count;
  }

  /** {@code rte_mempool_from_obj}: the address of the pool that an object belongs to. */
  public static long fromObj(long obj) {
    return Memory.getLong(obj - MempoolObjHdrLayout.SIZEOF + MempoolObjHdrLayout.MP);
  }

  /** {@code rte_mempool_virt2iova}: an object's IO address. */
  public static long virt2iova(long obj) {
    return Memory.getLong(obj - MempoolObjHdrLayout.SIZEOF + MempoolObjHdrLayout.IOVA);
  }

  /**
   * {@code rte_mempool_audit}, and more: that every object's header names this pool, that there are
   * as many as the size says, that no cache is longer than it can be, and that what is in the pool
   * is its own, each object once. It may be in use meanwhile.
   *
   * @throws IllegalStateException with what is wrong
   */
  public void audit() {
    MempoolAudit.audit(this);
  }

  /** {@code rte_mempool_dump}: the same fields in the same order. */
  public String dump() {
    return MempoolAudit.dump(this);
  }

  Backend backend() {
    return backend;
  }

  public String name() {
    return Memory.getString(address + MempoolLayout.NAME, MempoolLayout.NAMESIZE);
  }

  public long address() {
    return address;
  }

  /** Where its private data begin. */
  public long privateAddress() {
    long caches = cacheSize == 0 ? 0 : (long) Lcore.MAX * MempoolCacheLayout.SIZEOF;
    return address + MempoolLayout.SIZEOF + caches;
  }

  /** Objects, in use or not. */
  public int size() {
    return size;
  }

  public int cacheSize() {
    return cacheSize;
  }

  /** Bytes of one object. */
  public int eltSize() {
    return Memory.getInt(address + MempoolLayout.ELT_SIZE);
  }

  public int headerSize() {
    return Memory.getInt(address + MempoolLayout.HEADER_SIZE);
  }

  public int trailerSize() {
    return Memory.getInt(address + MempoolLayout.TRAILER_SIZE);
  }

  public int privateSize() {
    return Memory.getInt(address + MempoolLayout.PRIVATE_DATA_SIZE);
  }

  public int flags() {
    return Memory.getInt(address + MempoolLayout.FLAGS);
  }

  public int socketId() {
    return Memory.getInt(address + MempoolLayout.SOCKET_ID);
  }

  /** The backend's kind by DPDK's name. */
  public String opsName() {
    return backend.ops().dpdkName();
  }

  @Override
  public String toString() {
    return "mempool " + name();
  }
}
