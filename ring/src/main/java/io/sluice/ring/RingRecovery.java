package io.sluice.ring;

import io.sluice.config.Journal;
import io.sluice.config.ProcessTable;
import io.sluice.memzone.Recovery;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import java.util.HashSet;
import java.util.Set;

/**
 * Undoes the open claims of a dead process in all rings. Whoever meets such a claim does so by
 * itself; this is for those that nobody meets. Not done while a process that lives may have made
 * the very claim.
 */
public final class RingRecovery implements Recovery {
  /** Whoever holds the lists' lock for longer may be stopped; then this comes back later. */
  private static final long LOCK_NANOS = 10_000_000;

  /** For the service loader. */
  public RingRecovery() {
    // Nothing to keep.
  }

  @Override
  public int order() {
    return 0;
  }

  @Override
  public boolean recover(SharedMemory m, ProcessTable.Entry dead) {
    Journal journal = m.journal();
    Set<Long> sides = new HashSet<>();
    journal.forEachSide(dead.generation(), sides::add);
    boolean[] closed = {true};
    if (!sides.isEmpty()) {
      // Under the list's lock: a ring in the list is not freed meanwhile. A side that is in none
      // was of a ring that is no more.
      boolean walked =
          RingCreation.walk(
              m,
              ring -> {
                closed[0] &= recover(journal, sides, ring + RingLayout.PROD);
                closed[0] &= recover(journal, sides, ring + RingLayout.CONS);
              },
              LOCK_NANOS);
      closed[0] &= walked;
    }
    return closed[0];
  }

  private static boolean recover(Journal journal, Set<Long> sides, long side) {
    return !sides.contains(side)
        || JournaledClaims.recover(journal, Memory.getInt(side + HeadTailLayout.SYNC_TYPE), side);
  }
}
