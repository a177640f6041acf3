package io.sluice.ring;

import io.sluice.config.Claimants;
import io.sluice.config.ProcessTable;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.Recovery;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import java.util.Set;

/**
 * Undoes the open claims of a dead process in all rings. Whoever meets such a claim does so by
 * itself; this is for those that nobody meets. Not done while a process that lives may have made
 * the very claim.
 */
public final class RingRecovery implements Recovery {
  /** Whoever holds the lists' lock for longer may be stopped; then this comes back later. */
  private static final long LOCK_NANOS = 10_000_000;

  /** Methods of {@link ProtectedClaims} in which a claim is open and has no note. */
  private static final Set<String> INSIDE = Set.of("take", "finishPeek");

  /** For the service loader. */
  public RingRecovery() {
    // Nothing to keep.
  }

  @Override
  public int order() {
    return 0;
  }

  /**
   * In all rings, and not only where the dead one has said that it claimed: it may have died ahead
   * of that. Under the list's lock, so that a ring in the list is not freed meanwhile.
   */
  @Override
  public boolean recover(SharedMemory m, ProcessTable.Entry dead) {
    Claimants claimants = m.claimants();
    int who = Claimants.number(dead);
    MemZone zone = MemZone.lookup(m, RingProtection.ZONE);
    boolean[] closed = {true};
    boolean walked =
        RingCreation.walk(
            m,
            ring -> {
              RingProtection place = RingProtection.find(zone, ring);
              if (place != null && place.protection() != Protection.OFF) {
                long notes = place.notes();
                closed[0] &= recover(claimants, notes, ring + RingLayout.PROD, who);
                closed[0] &=
                    recover(
                        claimants, notes + RingProtection.NOTE_SIZEOF, ring + RingLayout.CONS, who);
              }
            },
            LOCK_NANOS);
    return walked && closed[0];
  }

  private static boolean recover(Claimants claimants, long note, long side, int who) {
    int sync = Memory.getInt(side + HeadTailLayout.SYNC_TYPE);
    return ProtectedClaims.recover(claimants, note, sync, side, who);
  }

  /** What it has open is undone, as a dead one's, and its number is another's from then on. */
  @Override
  public void leave(SharedMemory m, ProcessTable.Entry own) {
    recover(m, own);
  }

  @Override
  public boolean isInsideClaim(StackTraceElement frame) {
    return frame.getClassName().equals(ProtectedClaims.class.getName())
        && INSIDE.contains(frame.getMethodName());
  }
}
