package io.sluice.mempool;

import io.sluice.config.Journal;
import io.sluice.memzone.SharedMemory;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Reference counts of mbufs that have clones, and the death of a process in the middle of changing
 * one. A clone and the count that it stands for change in two steps, with a note of it in the
 * journal around them, so that it can be seen afterwards which of the two was done.
 */
final class MbufReferences {
  /** So often before it is tried again later. */
  private static final int TRIES = 100;

  /** Whether somebody has an mbuf itself, and not only clones of it. */
  enum Own {
    YES,
    NO,
    /** It is being changed by a process that lives. */
    UNKNOWN
  }

  private final Journal journal;
  private final Collection<Mempool> pools;

  /** What refers to what, when all was looked at last. */
  private Map<Long, Set<Long>> clones;

  /** For looking at the mbufs of these pools. */
  MbufReferences(Journal journal, Collection<Mempool> pools) {
    this.journal = journal;
    this.pools = pools;
  }

  /**
   * Whether the dead process that is an mbuf's owner had it itself: as long as its clones stay as
   * they are, there is one reference more than clones. It may have died at freeing it, after it
   * gave up its reference, or have owned it only to free the last clone.
   */
  Own own(long mbuf) {
    if (!Mbuf.isDirect(mbuf)) {
      return Own.YES;
    }
    Set<Long> before = clones == null ? lookAt(mbuf) : clones.getOrDefault(mbuf, Set.of());
    for (int i = 0; i < TRIES; i++) {
      if (!journal.isReferenceChanging(mbuf)) {
        int count = Mbuf.refcnt(mbuf);
        if (before.isEmpty() && count <= 1 && !journal.isReferenceChanging(mbuf)) {
          return Own.YES;
        }
        Set<Long> now = lookAt(mbuf);
        if (now.equals(before)
            && Mbuf.refcnt(mbuf) == count
            && !journal.isReferenceChanging(mbuf)) {
          return count > now.size() ? Own.YES : Own.NO;
        }
        before = now;
      } else {
        Thread.onSpinWait();
      }
    }
    return Own.UNKNOWN;
  }

  private Set<Long> lookAt(long mbuf) {
    clones = new HashMap<>();
    for (Mempool pool : pools) {
      if (PktmbufPool.isOfMbufs(pool)) {
        pool.objIter(
            (p, each, index) -> {
              if (Mbuf.isCloned(each)) {
                clones.computeIfAbsent(MbufAttach.direct(each), d -> new HashSet<>()).add(each);
              }
            });
      }
    }
    return clones.getOrDefault(mbuf, Set.of());
  }

  /**
   * Notes that {@code clone} is about to refer to {@code mbuf}, or no more; ends with {@link #end}.
   *
   * @return what {@link #end} takes
   */
  static long intend(long mbuf, long clone, boolean more) {
    long slot = Mbuf.poolOf(clone).journalSlot();
    if (slot != 0) {
      Journal.intendReference(slot, mbuf, clone, Mbuf.refcnt(mbuf), more);
    }
    return slot;
  }

  static void end(long slot) {
    if (slot != 0) {
      Journal.endReference(slot);
    }
  }

  /** Puts right the counts that a dead process was changing. May be done again from any point. */
  static void recover(SharedMemory m, int generation) {
    m.journal().forEachReference(generation, MbufReferences::recover);
  }

  private static void recover(Journal.Reference change) {
    long mbuf = change.mbuf();
    boolean refers =
        Mbuf.isCloned(change.referrer()) && MbufAttach.direct(change.referrer()) == mbuf;
    int count = Mbuf.refcnt(mbuf);
    // A clone that refers has its count, either since it was taken or because it was not given up.
    if (!refers && count == change.before() + (change.more() ? 1 : 0) && count > 1) {
      Mbuf.refcntUpdate(mbuf, -1);
    } else if (!refers && !change.more() && count == 0) {
      // The last reference was given up, and the mbuf not yet made anybody's.
      Mbuf.poolOf(mbuf).take(mbuf);
      reset(mbuf, Mbuf.poolOf(mbuf));
      Mbuf.poolOf(mbuf).put(mbuf);
    }
    Journal.endReference(change.slot());
  }

  /** Makes of an mbuf that nobody has what lies in a pool, whatever was half done to it. */
  static void reset(long mbuf, Mempool pool) {
    if (!PktmbufPool.isPinned(pool)) {
      MbufAttach.makeDirect(mbuf, pool);
    }
    Mbuf.setNext(mbuf, 0);
    Mbuf.setNbSegs(mbuf, 1);
    Mbuf.setRefcnt(mbuf, 1);
  }
}
