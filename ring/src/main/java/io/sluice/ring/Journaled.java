package io.sluice.ring;

import io.sluice.config.Journal;
import io.sluice.memzone.ObjectOwners;
import io.sluice.platform.Memory;

/**
 * Enqueue and dequeue where claims are noted: the first try of {@link JournaledClaims}, the copy
 * and the publication in one, and all else in {@link JournaledClaims#claim}.
 *
 * <p>In one, because a claim packed into a long, and a second look for the thread's slot, cost as
 * much as the note. By the handle as in {@link Unjournaled}.
 */
final class Journaled {
  private static final long LOW = 0xffff_ffffL;

  private Journaled() {}

  /** How many were enqueued. */
  static int enqueue(Ring handle, long[] objs, int offset, int n, boolean fixed) {
    long slot = handle.journal.slot();
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
    if (!JournaledClaims.take(slot, sync, own, head, count, false)) {
      long claim =
          JournaledClaims.claim(
              handle.journal, slot, sync, own, other, handle.capacity, n, fixed, false);
      count = HeadTail.count(claim);
      if (count == 0) {
        return 0;
      }
      head = HeadTail.head(claim);
    }
    RingEntries.write(ring, handle.mask, head, objs, offset, count);
    JournaledClaims.publish(sync, own, head, count);
    Journal.end(slot);
    return count;
  }

  /** How many were dequeued; they are this process's where there are owners. */
  static int dequeue(Ring handle, long[] objs, int offset, int n, boolean fixed) {
    long slot = handle.journal.slot();
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
    if (!JournaledClaims.take(slot, sync, own, head, count, false)) {
      long claim =
          JournaledClaims.claim(handle.journal, slot, sync, own, other, 0, n, fixed, false);
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
    JournaledClaims.publish(sync, own, head, count);
    Journal.end(slot);
    return count;
  }

  /** Claims {@code n} entries or none: where they begin, or {@link Unjournaled#NONE}. */
  static long claim(Journal journal, int sync, long own, long other, int room, int n) {
    long slot = journal.slot();
    int head = Memory.getIntAcquire(own + HeadTailLayout.TAIL);
    int available = room + Memory.getIntAcquire(other + HeadTailLayout.TAIL) - head;
    if (n <= 0 || n > available) {
      return Unjournaled.NONE;
    }
    if (!JournaledClaims.take(slot, sync, own, head, n, false)) {
      long claim = JournaledClaims.claim(journal, slot, sync, own, other, room, n, true, false);
      if (HeadTail.count(claim) == 0) {
        return Unjournaled.NONE;
      }
      head = HeadTail.head(claim);
    }
    return head & LOW;
  }

  /** Ends what {@link #claim} began. */
  static void publish(Journal journal, int sync, long own, int head, int count) {
    JournaledClaims.publish(sync, own, head, count);
    Journal.end(journal.slot());
  }
}
