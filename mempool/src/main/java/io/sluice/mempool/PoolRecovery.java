package io.sluice.mempool;

import io.sluice.config.ProcessTable;
import io.sluice.memzone.ObjectOwners;
import io.sluice.memzone.Recovery;
import io.sluice.memzone.SharedMemory;
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
 * <p>Not found are mbufs of a packet that were taken out of it by hand ({@link Mbuf#setNext}) by a
 * process that did not make them, and references that were added by hand ({@link
 * Mbuf#refcntUpdate}).
 */
public final class PoolRecovery implements Recovery {
  private static final int AFTER_RINGS = 10;

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
    MbufReferences.recover(m, dead.generation());
    if (!new Search(m, pools, dead).giveBack()) {
      return false;
    }
    pools.forEach(pool -> dead.lcores().forEach(pool::forgetCache));
    return true;
  }

  /** A process that ends in order keeps what it has handed out by other ways than rings. */
  @Override
  public void leave(SharedMemory m, ProcessTable.Entry own) {
    Mempool.walk(m, pool -> own.lcores().forEach(pool::flushCacheOf));
  }

  /** For what one dead process held in some pools. */
  private static final class Search {
    private final ObjectOwners owners;
    private final List<Mempool> pools;
    private final MbufReferences references;

    /** Object to its owner: the dead process, or nobody for some in its caches. */
    private final Map<Long, Integer> held = new LinkedHashMap<>();

    /** Those of them that are behind another mbuf in a packet. */
    private final Set<Long> behind = new HashSet<>();

    private final Map<Long, Mempool> poolOf = new HashMap<>();
    private final List<Long> clones = new ArrayList<>();

    Search(SharedMemory m, List<Mempool> pools, ProcessTable.Entry dead) {
      this.owners = m.owners();
      this.pools = pools;
      this.references = new MbufReferences(m.journal(), pools);
      pools.forEach(pool -> addOwned(pool, dead));
      if (!held.isEmpty()) {
        Ring.walk(m, ring -> ring.forEach(held::remove));
        pools.forEach(pool -> pool.backend().forEach(held::remove));
        findSegments();
      }
    }

    private void addOwned(Mempool pool, ProcessTable.Entry dead) {
      pool.objIter(
          (p, object, index) -> {
            if (owners.ownerOf(object) == dead.generation()) {
              add(object, pool, dead.generation());
            }
          });
      // An mbuf that was shared is nobody's; in a dead process's cache it was given back to it.
      dead.lcores()
          .forEach(
              lcore ->
                  pool.forEachCached(
                      lcore,
                      object -> {
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
     * Clones last: what they refer to may be held, too, and goes back with the last of them.
     *
     * @return false if of some mbuf it could not be told yet whether the dead process had it
     */
    boolean giveBack() {
      boolean all = true;
      for (long object : held.keySet()) {
        if (!behind.contains(object)) {
          all &= giveBack(object);
        }
      }
      clones.forEach(clone -> giveBackIndirect(clone, poolOf.get(clone)));
      return all;
    }

    private boolean giveBack(long object) {
      if (!PktmbufPool.isOfMbufs(poolOf.get(object))) {
        if (owners.takeFrom(held.get(object), object)) {
          poolOf.get(object).put(object);
        }
        return true;
      }
      long first = object;
      MbufReferences.Own own = references.own(first);
      // The dead process has freed this one and not yet what was behind it.
      while (own == MbufReferences.Own.NO && behind.contains(Mbuf.next(first))) {
        first = Mbuf.next(first);
        own = references.own(first);
      }
      if (own == MbufReferences.Own.YES && owners.takeFrom(held.get(first), first)) {
        giveBackPacket(first);
      }
      return own != MbufReferences.Own.UNKNOWN;
    }

    /** All of it is this process's own before the first of it goes back. */
    private void giveBackPacket(long first) {
      List<Long> segments = new ArrayList<>();
      for (long mbuf = first; mbuf != 0; mbuf = Mbuf.next(mbuf)) {
        owners.take(mbuf);
        segments.add(mbuf);
      }
      segments.forEach(this::giveBackSegment);
    }

    private void giveBackSegment(long mbuf) {
      Mempool pool = Mbuf.poolOf(mbuf);
      poolOf.put(mbuf, pool);
      if (Mbuf.isCloned(mbuf) || Mbuf.hasExtbuf(mbuf)) {
        clones.add(mbuf);
      } else if (Mbuf.refcnt(mbuf) > 1) {
        Mbuf.freeSeg(mbuf);
      } else {
        MbufReferences.reset(mbuf, pool);
        pool.put(mbuf);
      }
    }

    private static void giveBackIndirect(long mbuf, Mempool pool) {
      Mbuf.setRefcnt(mbuf, 1);
      try {
        Mbuf.freeSeg(mbuf);
      } catch (IllegalStateException e) {
        // This process has no callback for the external buffer, which is its maker's loss; the mbuf
        // has let go of it already.
        MbufReferences.reset(mbuf, pool);
        pool.put(mbuf);
      }
    }
  }
}
