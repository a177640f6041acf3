package io.sluice.ring;

import io.sluice.config.Claimants;
import io.sluice.memzone.ObjectOwners;
import io.sluice.platform.Memory;

/**
 * Enqueue and dequeue where claims are noted: the first try of {@link ProtectedClaims}, the copy
 * and the publication in one, and all else in {@link ProtectedClaims#claim}. In one, and by the
 * handle, as in {@link Unprotected}.
 */
final class Protected {
  private static final long LOW = 0xffff_ffffL;

  private Protected() {}

  /** How many were enqueued. */
  static int enqueue(Ring handle, long[] objs, int offset, int n, boolean fixed) {
    int sync = handle.prodSync;
    long ring = handle.address();
    long own = ring + RingLayout.PROD;
    long other = ring + RingLayout.CONS;
    int head = Memory.getIntAcquire(own + HeadTailLayout.TAIL);
    int available = handle.capacity + Memory.getIntAcquire(other + HeadTailLayout.TAIL) - head;
    int count = HeadTail.grant(n, available, fixed);
    if (count == 0) {
      return 0;
    }
    if (!ProtectedClaims.take(
        handle.claimants, handle.self, handle.prodNote, sync, own, head, count)) {
      long claim =
          ProtectedClaims.claim(
              handle.claimants,
              handle.self,
              handle.prodNote,
              sync,
              own,
              other,
              handle.capacity,
              n,
              fixed);
      count = HeadTail.count(claim);
      if (count == 0) {
        return 0;
      }
      head = HeadTail.head(claim);
    }
    RingEntries.write(ring, handle.mask, head, objs, offset, count);
    ProtectedClaims.publish(sync, own, head, count);
    return count;
  }

  /** How many were dequeued; they are this process's where there are owners. */
  static int dequeue(Ring handle, long[] objs, int offset, int n, boolean fixed) {
    int sync = handle.consSync;
    long ring = handle.address();
    long own = ring + RingLayout.CONS;
    long other = ring + RingLayout.PROD;
    int head = Memory.getIntAcquire(own + HeadTailLayout.TAIL);
    int available = Memory.getIntAcquire(other + HeadTailLayout.TAIL) - head;
    int count = HeadTail.grant(n, available, fixed);
    if (count == 0) {
      return 0;
    }
    if (!ProtectedClaims.take(
        handle.claimants, handle.self, handle.consNote, sync, own, head, count)) {
      long claim =
          ProtectedClaims.claim(
              handle.claimants, handle.self, handle.consNote, sync, own, other, 0, n, fixed);
      count = HeadTail.count(claim);
      if (count == 0) {
        return 0;
      }
      head = HeadTail.head(claim);
    }
    RingEntries.read(ring, handle.mask, head, objs, offset, count);
    ObjectOwners owners = handle.owners;
    if (owners != null) {
      owners.take(objs, offset, count);
    }
    ProtectedClaims.publish(sync, own, head, count);
    return count;
  }

  /** Claims {@code n} entries or none: where they begin, or {@link Unprotected#NONE}. */
  static long claim(
      Claimants claimants, int self, long note, int sync, long own, long other, int room, int n) {
    int head = Memory.getIntAcquire(own + HeadTailLayout.TAIL);
    int available = room + Memory.getIntAcquire(other + HeadTailLayout.TAIL) - head;
    if (n <= 0 || n > available) {
      return Unprotected.NONE;
    }
    if (!ProtectedClaims.take(claimants, self, note, sync, own, head, n)) {
      long claim = ProtectedClaims.claim(claimants, self, note, sync, own, other, room, n, true);
      if (HeadTail.count(claim) == 0) {
        return Unprotected.NONE;
      }
      head = HeadTail.head(claim);
    }
    return head & LOW;
  }
}
