package io.sluice.ring;

import io.sluice.memzone.ObjectOwners;
import io.sluice.platform.Memory;

/**
 * Enqueue and dequeue on sides that note nothing: {@link HeadTail}'s claim, the copy and the
 * publication in one.
 *
 * <p>In one, because a claim that is packed into a long for its way costs: 10.1 ns for a pair of
 * calls with 8 entries each in place of 7.4 (MP/MC, AMD EPYC, JDK 17).
 *
 * <p>By the handle and not by what is in it: what the copy needs is loaded behind the
 * compare-and-set, where it would otherwise have to be kept across it (12.7 ns in place of 10.6,
 * JDK 25).
 */
final class Unprotected {
  /** No claim: fewer entries than asked for. */
  static final long NONE = -1;

  private static final long LOW = 0xffff_ffffL;

  private Unprotected() {}

  /** How many were enqueued. */
  static int enqueue(Ring handle, long[] objs, int offset, int n, boolean fixed) {
    int sync = handle.prodSync;
    long ring = handle.address();
    long own = ring + RingLayout.PROD;
    int head;
    int count;
    do {
      head = HeadTail.begin(sync, own);
      int tail = Memory.getIntAcquire(ring + RingLayout.CONS + HeadTailLayout.TAIL);
      count = HeadTail.grant(n, handle.capacity + tail - head, fixed);
      if (count == 0) {
        return 0;
      }
    } while (!HeadTail.move(sync, own, head, count));
    RingEntries.write(ring, handle.mask, head, objs, offset, count);
    HeadTail.publish(sync, own, head, count);
    return count;
  }

  /** How many were dequeued; they are this process's where there are owners. */
  static int dequeue(Ring handle, long[] objs, int offset, int n, boolean fixed) {
    int sync = handle.consSync;
    long ring = handle.address();
    long own = ring + RingLayout.CONS;
    int head;
    int count;
    do {
      head = HeadTail.begin(sync, own);
      int tail = Memory.getIntAcquire(ring + RingLayout.PROD + HeadTailLayout.TAIL);
      count = HeadTail.grant(n, tail - head, fixed);
      if (count == 0) {
        return 0;
      }
    } while (!HeadTail.move(sync, own, head, count));
    RingEntries.read(ring, handle.mask, head, objs, offset, count);
    ObjectOwners owners = handle.owners;
    if (owners != null) {
      owners.take(objs, offset, count);
    }
    HeadTail.publish(sync, own, head, count);
    return count;
  }

  /** Claims {@code n} entries or none: where they begin, or {@link #NONE}. */
  static long claim(int sync, long own, long other, int room, int n) {
    int head;
    do {
      head = HeadTail.begin(sync, own);
      int tail = Memory.getIntAcquire(other + HeadTailLayout.TAIL);
      if (n <= 0 || n > room + tail - head) {
        return NONE;
      }
    } while (!HeadTail.move(sync, own, head, n));
    return head & LOW;
  }
}
