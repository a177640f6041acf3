package io.sluice.ring;

import io.sluice.config.Claimants;
import io.sluice.config.ProcessTable;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.Recovery;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import java.util.Set;
import java.util.function.LongConsumer;

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
    boolean[] closed = {true};
    boolean walked =
        RingCreation.walk(
            m,
            eachSide(
                m,
                (note, sync, side) ->
                    closed[0] &= ProtectedClaims.recover(claimants, note, sync, side, who)),
            LOCK_NANOS);
    return walked && closed[0];
  }

  /** Its number may be another's from then on: nothing that it has open stays, no note names it. */
  @Override
  public void leave(SharedMemory m, ProcessTable.Entry own) {
    int who = Claimants.number(own);
    RingCreation.walk(
        m, eachSide(m, (note, sync, side) -> ProtectedClaims.leave(note, sync, side, who)));
  }

  /** What is done with a side of a ring. */
  private interface SideVisitor {
    void visit(long note, int sync, long side);
  }

  /** Visits both sides of a ring, if it is protected. */
  private static LongConsumer eachSide(SharedMemory m, SideVisitor visitor) {
    MemZone zone = MemZone.lookup(m, RingProtection.ZONE);
    return ring -> {
      RingProtection place = RingProtection.find(zone, ring);
      if (place != null && place.protection() != Protection.OFF) {
        visit(visitor, place.notes(), ring + RingLayout.PROD);
        visit(visitor, place.notes() + RingProtection.NOTE_SIZEOF, ring + RingLayout.CONS);
      }
    };
  }

  private static void visit(SideVisitor visitor, long note, long side) {
    visitor.visit(note, Memory.getInt(side + HeadTailLayout.SYNC_TYPE), side);
  }

  @Override
  public boolean isInsideClaim(StackTraceElement frame) {
    return frame.getClassName().equals(ProtectedClaims.class.getName())
        && INSIDE.contains(frame.getMethodName());
  }
}
