package io.sluice.ring;

import io.sluice.platform.Memory;

/**
 * What a process says of a claim on one side of a protected ring, in a cache line of the side's own
 * ({@link RingProtection}): {note u64, undone u32}.
 *
 * <p>Invariants. The note is stored behind the compare-and-set that claims and ahead of the store
 * that publishes, which is a release, and the next claim begins where it sees that; so notes follow
 * each other as the claims do, and one that names the tail is the open claim's. Where a claim ends
 * such that another may begin at the same position, the note is cleared first, and the side's count
 * of claims that were undone is another.
 */
final class ClaimNote {
  static final long NONE = 0;

  private static final int UNDONE = 8;

  /** What a note has room for; no protected ring holds more. */
  static final int MAX_COUNT = (1 << 24) - 1;

  /** Of the upper half: above the count. */
  private static final int WHO_SHIFT = 24;

  private ClaimNote() {}

  /** The part of a process's notes that is always the same. */
  static int of(int who) {
    return who << WHO_SHIFT;
  }

  /**
   * The note of a claim: the position in the lower half, the process and the count in the upper.
   * Three instructions; with a mask for greater counts it took 1.31 to 1.40 ns an entry of bulks of
   * 8 in place of 1.29.
   */
  static long of(int self, int head, int count) {
    return HeadTail.pair(self + count, head);
  }

  static int who(long note) {
    return (int) (note >>> Integer.SIZE) >>> WHO_SHIFT;
  }

  /** Whether it is of the claim that is open from that tail on. */
  static boolean names(long note, int tail) {
    return note != NONE && (int) note == tail;
  }

  /** Whether it is of all that is claimed from its position up to the side's head. */
  static boolean isOfAll(long note, int claimed) {
    return ((int) (note >>> Integer.SIZE) & MAX_COUNT) == claimed;
  }

  static long read(long address) {
    return Memory.getLongVolatile(address);
  }

  /** Plain: nothing has to wait for it but the publication. */
  static void write(long address, long note) {
    Memory.putLong(address, note);
  }

  static int undone(long address) {
    return Memory.getIntVolatile(address + UNDONE);
  }

  /** Ahead of ending a claim such that another may begin at the same position; by who has it. */
  static void clear(long address) {
    Memory.putInt(address + UNDONE, undone(address) + 1);
    Memory.putLongRelease(address, NONE);
  }

  /** Nothing says any more that a dead process had anything on that side. */
  static void forget(long address, int who) {
    long note = read(address);
    if (who(note) == who) {
      // Compared, as somebody may have claimed since.
      Memory.compareAndSetLong(address, note, NONE);
    }
  }
}
