package io.sluice.ring;

import io.sluice.platform.Memory;

/**
 * Enqueue by the only producer: {@link HeadTail}'s claim of an ST side, the copy and the
 * publication in one, with the same memory order.
 *
 * <p>In one, because a claim packed into a long lies between the load of the tail and its store,
 * which the next call has to wait for: 7.3 ns for a pair of calls with one entry each in place of
 * 4.4 (AMD EPYC, JDK 17).
 *
 * <p>For a few entries it looks at the consumers' tail only when what it saw of it last leaves too
 * little room: that cache line is the consumer's, and to fetch it is a fifth of what an entry takes
 * between two processes (ping-pong 190 ns in place of 220 to 240). A tail seen earlier shows less
 * room, never more, as long as the indices have not gone all the way round since. So what was seen
 * counts only while the producers' tail is where this handle left it; another producer's bulks in
 * between make it look again. {@link Ring#reset} does not turn indices back, for the same reason.
 * Both are kept in the ring's handle: in an object of their own they cost a fifth more for one
 * entry.
 */
final class SingleProducer {
  private static final int PROD_HEAD = RingLayout.PROD + HeadTailLayout.HEAD;
  private static final int PROD_TAIL = RingLayout.PROD + HeadTailLayout.TAIL;
  private static final int CONS_TAIL = RingLayout.CONS + HeadTailLayout.TAIL;

  /**
   * With more entries the fetched line costs each of them little, and two stores to the handle with
   * each bulk cost a fifth.
   */
  private static final int FEW = 4;

  private SingleProducer() {}

  /**
   * How many were enqueued. JDK 25 does not compile {@code enqueueMany} into its caller if bulks of
   * few came first; with the handle's fields as arguments that call costs bulks of 8 the half more.
   */
  static int enqueue(Ring handle, long[] objs, int offset, int n, boolean fixed) {
    return n > FEW
        ? enqueueMany(handle, objs, offset, n, fixed)
        : enqueueFew(handle, objs, offset, n, fixed);
  }

  /**
   * Head and tail in one store: a consumer that waits takes their line away between two, and it has
   * to be fetched back. Bulks of 8 between two processes take 22 ns, where they take 18 to 42 with
   * two stores, and on one thread 6.8 in place of 6.3 (JDK 17).
   */
  private static int enqueueMany(Ring handle, long[] objs, int offset, int n, boolean fixed) {
    long ring = handle.address();
    // The tail, where the head should be, as in HeadTail.
    int head = Memory.getInt(ring + PROD_TAIL);
    int tail = Memory.getIntAcquire(ring + CONS_TAIL);
    int count = HeadTail.grant(n, handle.capacity + tail - head, fixed);
    if (count != 0) {
      RingEntries.write(ring, handle.mask, head, objs, offset, count);
      int end = head + count;
      Memory.putLongRelease(ring + PROD_HEAD, HeadTail.pair(end, end));
    }
    return count;
  }

  private static int enqueueFew(Ring handle, long[] objs, int offset, int n, boolean fixed) {
    long ring = handle.address();
    int head = Memory.getInt(ring + PROD_TAIL);
    int count = HeadTail.grant(n, room(handle, ring, head, n), fixed);
    if (count != 0) {
      handle.prodTailLeft = head + count;
      Memory.putInt(ring + PROD_HEAD, head + count);
      RingEntries.write(ring, handle.mask, head, objs, offset, count);
      Memory.putIntRelease(ring + PROD_TAIL, head + count);
    }
    return count;
  }

  /** Whether it was enqueued. */
  static boolean enqueueOne(Ring handle, long obj) {
    long ring = handle.address();
    int head = Memory.getInt(ring + PROD_TAIL);
    if (room(handle, ring, head, 1) < 1) {
      return false;
    }
    handle.prodTailLeft = head + 1;
    Memory.putInt(ring + PROD_HEAD, head + 1);
    Memory.putLong(handle.entry(head), obj);
    Memory.putIntRelease(ring + PROD_TAIL, head + 1);
    return true;
  }

  /** How many there is room for; less than there is only if it is enough for {@code n}. */
  private static int room(Ring handle, long ring, int head, int n) {
    int room = handle.capacity + handle.consTailSeen - head;
    if (head != handle.prodTailLeft || n > room) {
      handle.consTailSeen = Memory.getIntAcquire(ring + CONS_TAIL);
      room = handle.capacity + handle.consTailSeen - head;
    }
    return room;
  }
}
