package io.sluice.ring;

import io.sluice.config.Claimants;
import io.sluice.platform.Memory;

/**
 * One side of a ring as one handle sees it, producers or consumers: claims and their publication,
 * protected or not.
 */
final class RingSide {
  private static final SyncType[] SYNC_TYPES = SyncType.values();

  /** A constant of {@link HeadTail}. */
  final int sync;

  private final long own;
  private final long other;
  private final int room;

  /** Null where nothing is noted: on unprotected rings, and for the one user of an ST side. */
  private final Claimants claimants;

  /** This process's part of a note. */
  final int self;

  /** Address of the note. */
  private final long note;

  /**
   * Side of a ring.
   *
   * @param own address of this side's head and tail, {@code other} of the other side's
   * @param room what this side may be ahead of the other: the capacity for producers, else 0
   * @param claimants null for a ring that is not protected
   * @param note address of this side's, if it is
   */
  RingSide(long own, long other, int room, Claimants claimants, long note) {
    this.own = own;
    this.other = other;
    this.room = room;
    this.sync = Memory.getInt(own + HeadTailLayout.SYNC_TYPE);
    this.claimants = sync == HeadTail.ST ? null : claimants;
    this.note = note;
    this.self = claimants == null ? 0 : ClaimNote.of(claimants.self());
  }

  SyncType syncType() {
    return SYNC_TYPES[sync];
  }

  /** Whether claims are noted; if not, they are plain {@link HeadTail#claim}s. */
  boolean isProtected() {
    return claimants != null;
  }

  /** Claims n entries, or as many as there are if not {@code fixed}; see {@link HeadTail}. */
  long claim(int n, boolean fixed) {
    return claimants == null
        ? HeadTail.claim(sync, own, other, room, n, fixed)
        : ProtectedClaims.claim(claimants, self, note, sync, own, other, room, n, fixed);
  }

  /** Ends a claim of at least one entry: they are the other side's now. */
  void publish(int head, int count) {
    if (claimants == null) {
      HeadTail.publish(sync, own, head, count);
    } else {
      ProtectedClaims.publish(sync, own, head, count);
    }
  }

  /**
   * Ends a {@link #claim} on an ST or HTS side by position: the first {@code count} are published,
   * the rest is not.
   */
  void finish(int count) {
    if (claimants == null) {
      HeadTail.finishPeek(sync, own, count);
    } else {
      ProtectedClaims.finishPeek(note, sync, own, count);
    }
  }

  /** How many are claimed and not yet published. */
  int claimed() {
    return HeadTail.claimed(own);
  }

  /** Throws unless claims may stay open. */
  void requirePeekable(String operation) {
    if (sync != HeadTail.ST && sync != HeadTail.HTS) {
      throw new UnsupportedOperationException(
          "ring " + ringName() + ": peek needs ST or HTS, " + operation + " is " + syncType());
    }
  }

  /** Throws unless so many are claimed. */
  void requireClaimed(int n) {
    if (n < 0 || n > claimed()) {
      throw new IllegalArgumentException(
          "ring " + ringName() + ": finish of " + n + ", claimed " + claimed());
    }
  }

  /** Producers come first in a ring. */
  private String ringName() {
    long ring = Math.min(own, other) - RingLayout.PROD;
    return Memory.getString(ring + RingLayout.NAME, RingLayout.NAMESIZE);
  }

  String openClaim(String operation) {
    int tail = tailPosition();
    int head = headPosition();
    return sync == HeadTail.ST || head == tail
        ? ""
        : operation + " of " + (head - tail) + " at " + Integer.toUnsignedString(tail) + " ";
  }

  int tailPosition() {
    return HeadTail.tailPosition(own);
  }

  int headPosition() {
    return HeadTail.headPosition(sync, own);
  }

  /** Moves head and tail to a position; nobody may use the ring meanwhile. */
  void set(int position) {
    if (claimants != null) {
      ClaimNote.clear(note);
    }
    HeadTail.set(sync, own, position);
  }

  int htdMax() {
    return sync == HeadTail.RTS ? Memory.getInt(own + HeadTailLayout.RTS_HTD_MAX) : -1;
  }

  boolean setHtdMax(int max) {
    if (sync != HeadTail.RTS) {
      return false;
    }
    Memory.putInt(own + HeadTailLayout.RTS_HTD_MAX, max);
    return true;
  }
}
