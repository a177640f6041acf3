package io.sluice.mempool;

import io.sluice.config.ProcessTable;
import io.sluice.memzone.ObjectOwners;
import io.sluice.memzone.Recovery;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Lcore;
import io.sluice.ring.Ring;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives back to their pools the objects that a dead process had: in hand, in its lcores' caches, or
 * on the way between two of them.
 *
 * <p>Those are the objects that are its own by {@link ObjectOwners} and lie nowhere: in no ring, in
 * no backend, and, for mbufs, behind no mbuf that is somebody else's. The dead one puts nothing
 * anywhere any more, and a live one becomes an object's owner before it takes it out of its place.
 * So an object that was nowhere when one looked, and is the dead one's still after one has looked
 * everywhere, is nowhere, and stays so.
 *
 * <p>Each is first made this process's own, in one step, and then given back as by any owner. If
 * this process dies in the middle, what it has not given back yet is its own.
 *
 * <p>A process of stock DPDK becomes the owner of nothing. As long as one runs, an object that was
 * nowhere may be in its hands, and only what lies in the dead process's caches is given back; the
 * rest when no such process runs any more ({@link #recoverLeft}), what those had in hand at their
 * end among it.
 *
 * <p>Mbufs with an external buffer for which this process has no callback are left to one that has,
 * for a second.
 *
 * <p>Not found are mbufs of a packet that were taken out of it by hand ({@link Mbuf#setNext}) by a
 * process that did not make them, and references that were added by hand ({@link
 * Mbuf#refcntUpdate}).
 */
public final class PoolRecovery implements Recovery {
  private static final int AFTER_RINGS = 10;

  /** How long mbufs wait for a process that can free their external buffers. */
  private static final long PATIENCE_NANOS = 1_000_000_000;

  /** Until when, by generation of the dead process that had them. */
  private final Map<Integer, Long> patience = new HashMap<>();

  /** For the service loader. */
  public PoolRecovery() {
    // Nothing to keep.
  }

  @Override
  public int order() {
    return AFTER_RINGS;
  }

  @Override
  public boolean recover(SharedMemory m, ProcessTable.Entry dead) {
    List<Mempool> pools = new ArrayList<>();
    Mempool.walk(m, pools::add);
    for (Mempool pool : pools) {
      if (pool.isProtected() && !pool.backend().recover(dead.generation())) {
        return false;
      }
    }
    MbufReferences.recover(m, dead.generation());
    Long until = patience.get(dead.generation());
    boolean late = until != null && System.nanoTime() - until > 0;
    if (new Search(m, pools, dead).giveBack(late)) {
      patience.remove(dead.generation());
      return true;
    }
    patience.putIfAbsent(dead.generation(), System.nanoTime() + PATIENCE_NANOS);
    return false;
  }

  @Override
  public void recoverLeft(SharedMemory m) {
    List<Mempool> pools = new ArrayList<>();
    Mempool.walk(m, pools::add);
    Search search = new Search(m, pools);
    if (!m.hasStockProcess()) {
      search.giveBack(true);
      m.owners().setLeft(false);
    }
  }

  /** A process that ends in order keeps what it has handed out by other ways than rings. */
  @Override
  public void leave(SharedMemory m, ProcessTable.Entry own) {
    Mempool.walk(m, pool -> own.lcores().forEach(pool::flushCacheOf));
  }

  /** For what one dead process held in some pools, or all that have been left. */
  private static final class Search {
    private final ObjectOwners owners;
    private final List<Mempool> pools;

    /** Object to its owner: a dead process, or nobody for some in its caches. */
    private final Map<Long, Integer> held = new LinkedHashMap<>();

    /** What lies in the dead process's caches. */
    private final Set<Long> cached = new HashSet<>();

    /** Those of them that are behind another mbuf in a packet. */
    private final Set<Long> behind = new HashSet<>();

    private final Map<Long, Mempool> poolOf = new HashMap<>();
    private final List<Long> clones = new ArrayList<>();

    /** The lcores whose caches were the dead process's. */
    private final Map<Mempool, Set<Integer>> lcoresOf = new HashMap<>();

    private final Set<Integer> claimed = new HashSet<>();

    Search(SharedMemory m, List<Mempool> pools, ProcessTable.Entry dead) {
      this.owners = m.owners();
      this.pools = pools;
      m.processTable().forEach(each -> claimed.addAll(each.lcores()));
      pools.forEach(pool -> addOwned(pool, dead));
      removeWhatLiesSomewhere(m);
      // Asked after looking, since one that came meanwhile may have taken it from where it lay.
      if (!cached.containsAll(held.keySet()) && m.hasStockProcess()) {
        held.keySet().retainAll(cached);
        owners.setLeft(true);
      }
    }

    /** Of all dead processes that were recovered from. */
    Search(SharedMemory m, List<Mempool> pools) {
      this.owners = m.owners();
      this.pools = pools;
      // Looked up behind an object's word: an owner is in the table until it is recovered from.
      Map<Integer, Boolean> gone = new HashMap<>();
      for (Mempool pool : pools) {
        pool.objIter(
            (p, object, index) -> {
              int owner = owners.ownerOf(object);
              if (owner != 0
                  && gone.computeIfAbsent(owner, each -> m.processTable().find(each) == null)) {
                add(object, pool, owner);
              }
            });
      }
      removeWhatLiesSomewhere(m);
      for (Mempool pool : pools) {
        for (int lcore = 0; lcore < Lcore.MAX; lcore++) {
          pool.forEachCached(lcore, held::remove);
        }
      }
    }

    private void removeWhatLiesSomewhere(SharedMemory m) {
      if (!held.isEmpty()) {
        Ring.walk(m, ring -> ring.forEach(held::remove));
        pools.forEach(pool -> pool.backend().forEach(held::remove));
        findSegments();
      }
    }

    /**
     * Those that it claimed; and those that nobody did, and that have something of its own in their
     * cache: who is not told its lcores has all of them, as in DPDK, and claims none.
     */
    private Set<Integer> lcoresOf(Mempool pool, ProcessTable.Entry dead) {
      Set<Integer> lcores = new HashSet<>(dead.lcores());
      for (int lcore = 0; lcore < Lcore.MAX; lcore++) {
        if (!claimed.contains(lcore)) {
          int own = lcore;
          pool.forEachCached(
              lcore,
              object -> {
                if (owners.ownerOf(object) == dead.generation()) {
                  lcores.add(own);
                }
              });
        }
      }
      return lcores;
    }

    private void addOwned(Mempool pool, ProcessTable.Entry dead) {
      lcoresOf.put(pool, lcoresOf(pool, dead));
      pool.objIter(
          (p, object, index) -> {
            if (owners.ownerOf(object) == dead.generation()) {
              add(object, pool, dead.generation());
            }
          });
      // An mbuf that was shared is nobody's; in a dead process's cache it was given back to it.
      lcoresOf
          .get(pool)
          .forEach(
              lcore ->
                  pool.forEachCached(
                      lcore,
                      object -> {
                        cached.add(object);
                        if (owners.ownerOf(object) == 0) {
                          add(object, pool, 0);
                        }
                      }));
    }

    private void add(long object, Mempool pool, int owner) {
      held.put(object, owner);
      poolOf.put(object, pool);
    }

    /**
     * A segment goes with the packet that it is part of, and whose that is shows only when its
     * first segment is taken: by now a live process may have it. A live one becomes the owner of a
     * segment before it takes it from behind another; so one that is behind none, and is the dead
     * one's still, is a packet of its own. What is behind an mbuf that is nobody's, since only
     * clones refer to it, was behind it once.
     */
    private void findSegments() {
      for (Mempool pool : pools) {
        if (PktmbufPool.isOfMbufs(pool)) {
          pool.objIter(
              (p, mbuf, index) -> {
                long next = Mbuf.next(mbuf);
                if (held.containsKey(next) && owners.ownerOf(mbuf) != 0) {
                  behind.add(next);
                }
              });
        }
      }
    }

    /**
     * Gives all of it back but packets whose external buffers another process has to free.
     *
     * @param late when they go back all the same, and those buffers are lost
     * @return whether that was all
     */
    boolean giveBack(boolean late) {
      List<Long> mine = new ArrayList<>();
      boolean[] all = {true};
      held.forEach(
          (object, owner) -> {
            if (behind.contains(object)) {
              return;
            }
            if (!late && needsAnother(object)) {
              all[0] = false;
            } else if (owners.takeFrom(owner, object)) {
              addAll(object, mine);
            }
          });
      // Between the two: who finds these objects again as this process's finds them in the caches.
      lcoresOf.forEach((pool, lcores) -> lcores.forEach(pool::forgetCache));
      mine.forEach(this::giveBackOne);
      // Clones last: what they refer to may be held, too, and goes back with the last of them.
      clones.forEach(clone -> giveBackIndirect(clone, Mbuf.poolOf(clone)));
      return all[0];
    }

    /** Whether part of a packet is in an external buffer for which this process has no callback. */
    private boolean needsAnother(long first) {
      boolean needs = false;
      if (isMbuf(first)) {
        for (long mbuf = first; mbuf != 0; mbuf = Mbuf.next(mbuf)) {
          needs |= Mbuf.hasExtbuf(mbuf) && !ExternalBuffers.canRelease(MbufAttach.shinfo(mbuf));
        }
      }
      return needs;
    }

    private boolean isMbuf(long object) {
      return PktmbufPool.isOfMbufs(poolOf.get(object));
    }

    /** With a packet that was taken, each of its segments is this process's own. */
    private void addAll(long first, List<Long> mine) {
      mine.add(first);
      if (isMbuf(first)) {
        for (long mbuf = Mbuf.next(first); mbuf != 0; mbuf = Mbuf.next(mbuf)) {
          owners.take(mbuf);
          poolOf.put(mbuf, Mbuf.poolOf(mbuf));
          mine.add(mbuf);
        }
      }
    }

    private void giveBackOne(long object) {
      Mempool pool = poolOf.get(object);
      if (!isMbuf(object)) {
        pool.put(object);
      } else if (Mbuf.isCloned(object) || Mbuf.hasExtbuf(object)) {
        clones.add(object);
      } else if (Mbuf.refcnt(object) > 1) {
        Mbuf.freeSeg(object);
      } else {
        MbufReferences.reset(object, pool);
        pool.put(object);
      }
    }

    private static void giveBackIndirect(long mbuf, Mempool pool) {
      Mbuf.setRefcnt(mbuf, 1);
      try {
        Mbuf.freeSeg(mbuf);
      } catch (IllegalStateException e) {
        // No process that lives has had a callback for the external buffer, which is its maker's
        // loss; the mbuf has let go of it already.
        MbufReferences.reset(mbuf, pool);
        pool.put(mbuf);
      }
    }
  }
}
