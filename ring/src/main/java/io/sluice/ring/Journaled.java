package io.sluice.ring;

import io.sluice.config.Journal;
import io.sluice.memzone.ObjectOwners;
import io.sluice.platform.Memory;

/**
 * Enqueue and dequeue where claims are noted: {@link JournaledClaims}, the copy and the publication
 * with one look for the thread's slot, which costs as much as the note.
 */
final class Journaled {
  private Journaled() {}

  /** How many were enqueued. */
  static int enqueue(
      Journal journal,
      int sync,
      long ring,
      int mask,
      int capacity,
      long[] objs,
      int offset,
      int n,
      boolean fixed) {
    long slot = journal.slot();
    long own = ring + RingLayout.PROD;
    long claim =
        JournaledClaims.claim(
            journal, slot, sync, own, ring + RingLayout.CONS, capacity, n, fixed, false);
    int count = HeadTail.count(claim);
    if (count != 0) {
      int head = HeadTail.head(claim);
      RingEntries.write(ring, mask, head, objs, offset, count);
      publish(slot, sync, own, head, count);
    }
    return count;
  }

  /** How many were dequeued; they are this process's where there are owners. */
  static int dequeue(
      Journal journal,
      int sync,
      long ring,
      int mask,
      ObjectOwners owners,
      long[] objs,
      int offset,
      int n,
      boolean fixed) {
    long slot = journal.slot();
    long own = ring + RingLayout.CONS;
    long claim =
        JournaledClaims.claim(journal, slot, sync, own, ring + RingLayout.PROD, 0, n, fixed, false);
    int count = HeadTail.count(claim);
    if (count != 0) {
      int head = HeadTail.head(claim);
      RingEntries.read(ring, mask, head, objs, offset, count);
      if (owners != null) {
        owners.take(objs, offset, count);
      }
      publish(slot, sync, own, head, count);
    }
    return count;
  }

  /** The claim began at the tail, so that there is nobody to wait for. */
  private static void publish(long slot, int sync, long own, int head, int count) {
    if (sync == HeadTail.RTS) {
      HeadTail.publish(sync, own, head, count);
    } else {
      Memory.putIntRelease(own + HeadTailLayout.TAIL, head + count);
    }
    Journal.end(slot);
  }
}
