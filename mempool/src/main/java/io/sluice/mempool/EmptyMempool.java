package io.sluice.mempool;

import io.sluice.config.MemConfigLayout;
import io.sluice.config.TailqEntryLayout;
import io.sluice.memseg.Heaps;
import io.sluice.memzone.Construction;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Lcore;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Protection;
import io.sluice.ring.Ring;
import io.sluice.ring.RingPart;

/**
 * {@code rte_mempool_create_empty}: a pool in the making, which is given memory in steps of the
 * caller's choice, and is a pool from {@link #finish} on. For one thread.
 *
 * <p>The pool's memzone keeps a second pool of that name out, so that no lock is held while memory
 * is taken and objects are initialized. Unlike in DPDK nobody finds it before it is whole: a
 * process that waits for it by looking it up gets no object that is not initialized. All of it is
 * in this process's custody until the one step that makes it visible: if the process dies before,
 * nothing is left of it.
 */
public final class EmptyMempool implements AutoCloseable {
  /** {@code RTE_MEMPOOL_F_POOL_CREATED}. */
  private static final int F_POOL_CREATED = 16;

  private final SharedMemory memory;
  private final String name;
  private final MempoolConf conf;
  private final MempoolOps ops;
  private final Construction parts;
  private final long address;
  private final Mempool pool;
  private final MempoolPopulation population;
  private final long entry;

  /** Null for a pool on a stack. */
  private RingPart ring;

  private EmptyMempool(SharedMemory memory, String name, MempoolConf conf, Construction parts) {
    this.memory = memory;
    this.name = name;
    this.conf = conf;
    this.ops = MempoolOps.byName(conf.ops());
    this.parts = parts;
    MemZone zone = reserve();
    this.address = zone.address();
    initHeader(zone);
    long data = makeBackend();
    Memory.putInt(address + MempoolLayout.OPS_INDEX, ops.index(memory.options().mempoolOpsIndex()));
    Memory.putLong(address + MempoolLayout.POOL_DATA, data);
    this.entry = zmalloc("MEMPOOL_TAILQ_ENTRY", TailqEntryLayout.SIZEOF, "list entry");
    Memory.putLong(entry + TailqEntryLayout.DATA, address);
    this.pool = handle();
    this.population = new MempoolPopulation(memory, pool, parts, isProtected());
  }

  /**
   * Makes a pool without memory for its objects.
   *
   * @param name at most 25 bytes, used by no other pool
   * @throws SluiceException EINVAL, EEXIST, ENAMETOOLONG, ENOMEM
   */
  static EmptyMempool create(SharedMemory m, String name, MempoolConf conf) {
    conf.check(name);
    Construction parts = new Construction(m);
    try {
      return new EmptyMempool(m, name, conf, parts);
    } catch (RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  /**
   * Refuses a pool whose objects and their pointers are more than there can be memory for, before
   * others run short of it.
   */
  static void requireObtainable(SharedMemory m, String name, MempoolConf conf) {
    conf.check(name);
    ObjectSize sizes = sizes(m, conf);
    int total = sizes.header() + sizes.elt() + sizes.trailer();
    if ((long) (total + Long.BYTES) * conf.n() > m.heap(Heaps.ANY_SOCKET).obtainable()) {
      throw MempoolPopulation.tooLittle(name, conf.n(), total, null);
    }
  }

  private static ObjectSize sizes(SharedMemory m, MempoolConf conf) {
    return ObjectSize.of(conf.eltSize(), conf.impliedFlags(), channels(m), ranks(m));
  }

  private boolean isProtected() {
    return conf.protection() == Protection.ON;
  }

  private static long headerSize(int cacheSize) {
    long caches = cacheSize == 0 ? 0 : (long) Lcore.MAX * MempoolCacheLayout.SIZEOF;
    return MempoolLayout.SIZEOF + caches;
  }

  private MemZone reserve() {
    long privateSize = MempoolCreation.alignUp(conf.privateSize(), MempoolCreation.ALIGN);
    try {
      return parts.reserve(
          MempoolCreation.ZONE_PREFIX + name,
          headerSize(conf.cacheSize()) + privateSize,
          conf.socket(),
          MemZone.MZ_1GB | MemZone.SIZE_HINT_ONLY);
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

  private void initHeader(MemZone zone) {
    Memory.fill(address, headerSize(conf.cacheSize()), (byte) 0);
    int flags = conf.impliedFlags() | F_POOL_CREATED | MempoolPopulation.F_NON_IO;
    ObjectSize sizes = sizes(memory, conf);
    Memory.putString(address + MempoolLayout.NAME, MempoolLayout.NAMESIZE, name);
    Memory.putLong(address + MempoolLayout.MZ, zone.descriptor());
    Memory.putInt(address + MempoolLayout.FLAGS, flags);
    Memory.putInt(address + MempoolLayout.SOCKET_ID, conf.socket());
    Memory.putInt(address + MempoolLayout.SIZE, conf.n());
    Memory.putInt(address + MempoolLayout.CACHE_SIZE, conf.cacheSize());
    Memory.putInt(address + MempoolLayout.ELT_SIZE, sizes.elt());
    Memory.putInt(address + MempoolLayout.HEADER_SIZE, sizes.header());
    Memory.putInt(address + MempoolLayout.TRAILER_SIZE, sizes.trailer());
    Memory.putInt(
        address + MempoolLayout.PRIVATE_DATA_SIZE,
        (int) MempoolCreation.alignUp(conf.privateSize(), MempoolCreation.ALIGN));
    Memory.putLong(address + MempoolLayout.LOCAL_CACHE, address + MempoolLayout.SIZEOF);
    Memory.putLong(address + MempoolLayout.ELT_LIST + 8, address + MempoolLayout.ELT_LIST);
    Memory.putLong(address + MempoolLayout.MEM_LIST + 8, address + MempoolLayout.MEM_LIST);
    for (int lcore = 0; conf.cacheSize() != 0 && lcore < Lcore.MAX; lcore++) {
      MempoolCache.init(
          address + MempoolLayout.SIZEOF + (long) lcore * MempoolCacheLayout.SIZEOF,
          conf.cacheSize());
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

  private long makeBackend() {
    int n = conf.n();
    if (ops.isRing()) {
      int slots = Integer.highestOneBit(n) << 1;
      String ringName = MempoolCreation.ZONE_PREFIX + name;
      ring =
          RingPart.make(
              memory, parts, ringName, slots, conf.socket(), ops.ringFlags(), conf.protection());
      return ring.address();
    }
    long stack = zmalloc("MEMPOOL_STACK", LockFreeStackBackend.memsize(n), "stack");
    LockFreeStackBackend.init(stack, n);
    return stack;
  }

  private long zmalloc(String type, long bytes, String what) {
    long block = parts.zmalloc(type, bytes, conf.socket());
    if (block == 0) {
      throw new SluiceException(
          Errno.ENOMEM,
          "mempool '" + name + "': no memory for its " + what + "; give more with -m");
    }
    return block;
  }

  /** As the pool is protected by now: its ring is listed as what it is in the last step only. */
  private Mempool handle() {
    long data = Memory.getLong(address + MempoolLayout.POOL_DATA);
    Backend backend =
        ops.isRing()
            ? new RingBackend(Ring.at(data))
            : new LockFreeStackBackend(data, isProtected() ? memory : null);
    return new Mempool(address, backend, isProtected() ? memory : null);
  }

  /** Where its private data begin, which may be written before there are objects. */
  public long privateAddress() {
    return pool.privateAddress();
  }

  /** {@code flags} by now: {@code RTE_MEMPOOL_F_NON_IO}, 64, goes with the first IO address. */
  public int flags() {
    return pool.flags();
  }

  /** Objects that it has by now. */
  public int populatedSize() {
    return population.populated();
  }

  /**
   * {@code rte_mempool_populate_default}: reserves memzones {@code MP_<pool>_<i>} for all objects
   * that it lacks.
   *
   * @return objects added; 0 if it lacks none
   * @throws SluiceException ENOMEM
   */
  public int populateDefault() {
    return population.populateDefault();
  }

  /**
   * {@code rte_mempool_populate_iova}: lays objects out in memory of the caller's, which must be
   * shared and must stay until the pool is freed.
   *
   * @param at where it begins
   * @param iova its IO address, contiguous; {@link io.sluice.memseg.Iova#BAD} if it has none
   * @param length bytes
   * @return objects added; 0 if the pool lacks none
   * @throws SluiceException EINVAL if no object fits in, or the memory is not shared
   */
  public int populateIova(long at, long iova, long length) {
    return population.populateIova(at, iova, length);
  }

  /**
   * Initializes the objects and makes this a pool that everybody finds.
   *
   * @param init called for each object, or null
   * @throws SluiceException ENOMEM while it lacks objects
   */
  public Mempool finish(Mempool.ObjectVisitor init) {
    if (populatedSize() < conf.n()) {
      throw new SluiceException(
          Errno.ENOMEM,
          "mempool '" + name + "' has " + populatedSize() + " of its " + conf.n() + " objects");
    }
    if (init != null) {
      pool.objIter(init);
    }
    Mempool made = list();
    MempoolEvents.announce(MempoolEvent.READY, made);
    return made;
  }

  private Mempool list() {
    return MempoolCreation.changeList(
        memory,
        log -> {
          if (ring != null) {
            ring.list(log);
          }
          population.ranges().forEach(range -> memory.owners().add(log, range));
          memory.owners().changed();
          MempoolCreation.insert(memory, log, entry);
          parts.commit(log);
          Mempool made = handle();
          MempoolRegistry.add(memory, made);
          return made;
        });
  }

  /** Frees what is no pool yet; nothing once {@link #finish} was called. */
  @Override
  public void close() {
    parts.close();
  }
}
