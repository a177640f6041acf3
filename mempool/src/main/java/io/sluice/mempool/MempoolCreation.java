package io.sluice.mempool;

import io.sluice.config.Locks;
import io.sluice.config.ProcessTable;
import io.sluice.config.Tailq;
import io.sluice.config.TailqEntryLayout;
import io.sluice.config.UndoLog;
import io.sluice.memzone.Construction;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Ring;
import io.sluice.ring.RingPart;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;

/** Finding and freeing pools ({@code rte_mempool.c}); {@link EmptyMempool} makes them. */
final class MempoolCreation {
  static final String ZONE_PREFIX = "MP_";
  static final int ALIGN = 64;

  private static final String TAILQ = "RTE_MEMPOOL";

  private MempoolCreation() {}

  static long alignUp(long value, long align) {
    return value + align - 1 & -align;
  }

  /** Changes the list of pools, and what else the tailqs' lock guards, as {@link Locks#change}. */
  static <T> T changeList(SharedMemory m, Function<UndoLog, T> change) {
    return m.locks().change(Locks.MPLOCK, outer -> m.locks().change(Locks.QLOCK, change));
  }

  /** In a change of the list. */
  static void insert(SharedMemory m, UndoLog log, long entry) {
    Tailq.insertTail(log, m.tailq(TAILQ), entry);
  }

  static Mempool lookup(SharedMemory m, String name) {
    long[] found = new long[1];
    forEachAddress(
        m,
        mp -> {
          if (nameOf(mp).equals(name)) {
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
    return known != null && known.isCurrent() ? known : openFirst(m, mp);
  }

  /** One thread at a time: none uses the pool through a handle that is not registered yet. */
  private static synchronized Mempool openFirst(SharedMemory m, long mp) {
    Mempool known = MempoolRegistry.at(mp);
    if (known != null && known.isCurrent()) {
      return known;
    }
    SharedMemory protecting = isProtected(m, mp) ? m : null;
    Backend backend = backend(m, mp, protecting);
    if (backend == null) {
      throw new SluiceException(
          Errno.ENOTSUP,
          "mempool '"
              + nameOf(mp)
              + "' stands on neither a ring nor Sluice's stack; make it with ring ops");
    }
    Mempool pool = new Mempool(mp, backend, protecting);
    if (known == null && protecting != null) {
      flushForeignCaches(m, pool);
    }
    MempoolRegistry.add(m, pool);
    return pool;
  }

  /**
   * What lies in the caches of lcores that are this process's since a process of stock DPDK with
   * these ids has ended: it is not this process's own, as what it puts there itself is.
   */
  private static void flushForeignCaches(SharedMemory m, Mempool pool) {
    ProcessTable.Entry own = m.processTable().find(m.processTable().generation());
    if (own != null) {
      own.lcores().stream()
          .filter(lcore -> pool.cacheCount(lcore) != 0)
          .forEach(pool::flushCacheOf);
    }
  }

  /** Null for one that is not known here, as processes of stock DPDK may make. */
  private static Backend backend(SharedMemory m, long mp, SharedMemory protecting) {
    long data = Memory.getLong(mp + MempoolLayout.POOL_DATA);
    Ring ring = Ring.lookup(m, ZONE_PREFIX + nameOf(mp));
    if (ring != null && ring.address() == data) {
      return new RingBackend(ring);
    }
    // It may be anything: nothing yet, or what only a driver in another process understands.
    return m.memsegs().virt2memseg(data) != 0
            && Memory.getLong(data + LockFreeStackLayout.MAGIC) == LockFreeStackLayout.MAGIC_VALUE
        ? new LockFreeStackBackend(data, protecting)
        : null;
  }

  private static String nameOf(long mp) {
    return Memory.getString(mp + MempoolLayout.NAME, MempoolLayout.NAMESIZE);
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
    addresses.stream()
        .filter(mp -> backend(m, mp, null) != null)
        .forEach(mp -> visitor.accept(open(m, mp)));
  }

  /** The names of the pools that {@link #walk} leaves out. */
  static List<String> unknown(SharedMemory m) {
    List<Long> addresses = new ArrayList<>();
    forEachAddress(m, addresses::add);
    return addresses.stream()
        .filter(mp -> backend(m, mp, null) == null)
        .map(MempoolCreation::nameOf)
        .toList();
  }

  private static void forEachAddress(SharedMemory m, LongConsumer visitor) {
    m.locks().lock(Locks.MPLOCK);
    try {
      Tailq.iterate(
          m.tailq(TAILQ), entry -> visitor.accept(Memory.getLong(entry + TailqEntryLayout.DATA)));
    } finally {
      m.locks().unlock(Locks.MPLOCK);
    }
  }

  /** Out of sight in one step, with everything; then in the custody of this process, and freed. */
  static void free(SharedMemory m, Mempool pool) {
    // Ahead of all else: listeners may look at the pool.
    requireEntry(m, pool);
    MempoolEvents.announce(MempoolEvent.DESTROY, pool);
    try (Construction parts = new Construction(m)) {
      changeList(
          m,
          log -> {
            unlist(m, log, parts, pool);
            return null;
          });
    }
  }

  private static void requireEntry(SharedMemory m, Mempool pool) {
    m.locks().lock(Locks.MPLOCK);
    try {
      entryOf(m, pool);
    } finally {
      m.locks().unlock(Locks.MPLOCK);
    }
  }

  private static void unlist(SharedMemory m, UndoLog log, Construction parts, Mempool pool) {
    long mp = pool.address();
    long data = Memory.getLong(mp + MempoolLayout.POOL_DATA);
    long entry = entryOf(m, pool);
    Tailq.remove(log, m.tailq(TAILQ), entry);
    parts.take(log, entry);
    takeChunks(m, log, parts, mp, pool.name());
    if (pool.backend().ops().isRing()) {
      RingPart.unlist(m, log, parts, data);
    } else {
      parts.take(log, data);
    }
    parts.take(log, MemZone.lookup(m, ZONE_PREFIX + pool.name()));
    MempoolRegistry.remove(mp);
    if (m.owners() != null) {
      m.owners().changed();
    }
  }

  private static void takeChunks(
      SharedMemory m, UndoLog log, Construction parts, long mp, String name) {
    int index = 0;
    long chunk = Memory.getLong(mp + MempoolLayout.MEM_LIST);
    while (chunk != 0) {
      if (m.owners() != null) {
        m.owners().remove(log, parts, Memory.getLong(chunk + MempoolMemHdrLayout.ADDR));
      }
      if (Memory.getLong(chunk + MempoolMemHdrLayout.OPAQUE) != 0) {
        parts.take(log, MemZone.lookup(m, ZONE_PREFIX + name + "_" + index++));
      }
      parts.take(log, chunk);
      chunk = Memory.getLong(chunk + MempoolMemHdrLayout.NEXT);
    }
  }

  private static long entryOf(SharedMemory m, Mempool pool) {
    long[] found = new long[1];
    Tailq.iterate(
        m.tailq(TAILQ),
        entry -> {
          if (Memory.getLong(entry + TailqEntryLayout.DATA) == pool.address()) {
            found[0] = entry;
          }
        });
    if (found[0] == 0) {
      throw new SluiceException(
          Errno.EINVAL, "mempool '" + pool.name() + "': is in no list: freed already");
    }
    return found[0];
  }
}
