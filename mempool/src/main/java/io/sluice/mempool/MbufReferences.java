package io.sluice.mempool;

import io.sluice.config.Journal;
import io.sluice.memzone.SharedMemory;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Reference counts of mbufs that have clones, and the death of a process in the middle of changing
 * one. A clone and the count that it stands for change in two steps, with a note of it in the
 * journal around them, so that it can be seen afterwards which of the two was done.
 */
final class MbufReferences {
  private MbufReferences() {}

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

  /** How many clones refer to each mbuf of these pools. */
  static Map<Long, Integer> count(Collection<Mempool> pools) {
    Map<Long, Integer> references = new HashMap<>();
    for (Mempool pool : pools) {
      if (PktmbufPool.isOfMbufs(pool)) {
        pool.objIter(
            (p, mbuf, index) -> {
              if (Mbuf.isCloned(mbuf)) {
                references.merge(MbufAttach.direct(mbuf), 1, Integer::sum);
              }
            });
      }
    }
    return references;
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
