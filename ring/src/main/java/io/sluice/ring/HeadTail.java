package io.sluice.ring;

import io.sluice.platform.Memory;

/**
 * The two index pairs' algorithm, for producers and consumers alike: claim a run of entries by
 * moving one's own head, then publish it by moving one's own tail.
 *
 * <p>Indices run freely through 32 bits. Invariant, in that arithmetic: {@code cons.tail <=
 * cons.head <= prod.tail <= prod.head <= cons.tail + capacity}. What is claimable is {@code room +
 * other.tail - own.head}, where {@code room} is the capacity for producers and 0 for consumers.
 *
 * <p>Memory order, as {@code rte_ring_c11_pvt.h}: the other side's tail is loaded with acquire,
 * which pairs with the release of its tail store, so that entries are read after they were written
 * and overwritten after they were read. A claim's head is loaded before the other side's tail
 * (acquire): a tail older than the head would show fewer, never more, than there are.
 *
 * <p>A process that dies between claim and publication leaves its side's tail behind: MT and HTS
 * then wait for it for ever, RTS until htd_max is used up. {@link ProtectedClaims} is for rings
 * where that must not be.
 *
 * <p>All calls answer a claim as {@code count << 32 | head}.
 */
final class HeadTail {
  static final int MT = 0;
  static final int ST = 1;
  static final int RTS = 2;
  static final int HTS = 3;

  /** Between two yields, less one: who is waited for on another CPU is done before. */
  private static final int SPINS = 0x1f;

  /** More than processes on this CPU; others' claims may follow each other without an end. */
  private static final int YIELDS = 16;

  private static final long LOW = 0xffff_ffffL;

  private HeadTail() {}

  static int count(long claim) {
    return (int) (claim >>> 32);
  }

  static int head(long claim) {
    return (int) claim;
  }

  static long claim(int count, int head) {
    return pair(count, head);
  }

  /** Two words in one, as they lie in memory: the second one of the two is the high one. */
  static long pair(int high, int low) {
    return (long) high << 32 | low & LOW;
  }

  /**
   * How many of n may be claimed of those available: all or nothing when fixed, and none for a
   * negative n, which would move a shared head backwards.
   */
  static int grant(int n, int available, boolean fixed) {
    if (n <= available) {
      return Math.max(n, 0);
    }
    return fixed ? 0 : available;
  }

  /**
   * Where a claim would begin: at the head. Waits while none may be made: on an HTS side until the
   * one that is open has ended, on an RTS side while too much is.
   */
  static int begin(int sync, long own) {
    switch (sync) {
      case ST:
        // Plain: nobody else writes this side. The tail, where the head should be: if this side's
        // last user died between claim and publication, its claim is void.
        return Memory.getInt(own + HeadTailLayout.TAIL);
      case MT:
        return Memory.getIntAcquire(own + HeadTailLayout.HEAD);
      case RTS:
        return beginRts(own);
      default:
        return beginHts(own);
    }
  }

  private static int beginRts(long own) {
    int spins = 0;
    while (true) {
      int head = (int) (Memory.getLongAcquire(own + HeadTailLayout.RTS_HEAD) >>> 32);
      int open = head - Memory.getIntAcquire(own + HeadTailLayout.TAIL);
      if (Integer.compareUnsigned(open, Memory.getInt(own + HeadTailLayout.RTS_HTD_MAX)) <= 0) {
        return head;
      }
      spins = relax(spins);
    }
  }

  /**
   * Two loads and not one of both: that would have to wait until the last publication, a store of
   * the tail alone, has left the store buffer.
   */
  private static int beginHts(long own) {
    int spins = 0;
    while (true) {
      int head = Memory.getIntAcquire(own + HeadTailLayout.HEAD);
      if (head == Memory.getIntAcquire(own + HeadTailLayout.TAIL)) {
        return head;
      }
      spins = relax(spins);
    }
  }

  /** Claims so many from there, if the head is there still. */
  static boolean move(int sync, long own, int head, int count) {
    boolean moved;
    switch (sync) {
      case ST:
        Memory.putInt(own + HeadTailLayout.HEAD, head + count);
        return true;
      case MT:
        moved = Memory.compareAndSetInt(own + HeadTailLayout.HEAD, head, head + count);
        break;
      case RTS:
        moved = moveRts(own, head, count);
        break;
      default:
        long tail = (long) head << 32;
        moved =
            Memory.compareAndSetLong(
                own + HeadTailLayout.HTS_HEAD_TAIL, tail | head & LOW, tail | head + count & LOW);
        break;
    }
    if (!moved) {
      Thread.onSpinWait();
    }
    return moved;
  }

  private static boolean moveRts(long own, int head, int count) {
    long word = Memory.getLongAcquire(own + HeadTailLayout.RTS_HEAD);
    long moved = pair(head + count, (int) word + 1);
    return (int) (word >>> 32) == head
        && Memory.compareAndSetLong(own + HeadTailLayout.RTS_HEAD, word, moved);
  }

  static long claim(int sync, long own, long other, int room, int n, boolean fixed) {
    int head;
    int count;
    do {
      head = begin(sync, own);
      int tail = Memory.getIntAcquire(other + HeadTailLayout.TAIL);
      count = grant(n, room + tail - head, fixed);
    } while (count != 0 && !move(sync, own, head, count));
    return claim(count, head);
  }

  static void publish(int sync, long own, int head, int count) {
    switch (sync) {
      case ST:
        Memory.putIntRelease(own + HeadTailLayout.TAIL, head + count);
        break;
      case MT:
        publishMt(own, head, count);
        break;
      case RTS:
        publishRts(own);
        break;
      default:
        Memory.putIntRelease(own + HeadTailLayout.TAIL, head + count);
        break;
    }
  }

  private static void publishMt(long own, int head, int count) {
    // Those that claimed before publish before; acquire, so that their entries are behind this
    // tail.
    if (Memory.getIntAcquire(own + HeadTailLayout.TAIL) == head) {
      Memory.putIntRelease(own + HeadTailLayout.TAIL, head + count);
    } else {
      publishLate(own, head, count);
    }
  }

  private static void publishLate(long own, int head, int count) {
    int spins = 0;
    while (Memory.getIntAcquire(own + HeadTailLayout.TAIL) != head) {
      spins = relax(spins);
    }
    Memory.putIntRelease(own + HeadTailLayout.TAIL, head + count);
    if (spins > SPINS) {
      letOthersPublish(own);
    }
  }

  /**
   * After a wait for somebody who was not running: more want to run than there are CPUs. To claim
   * again at once would be to claim behind those that wait by now, each for the one before it, and
   * so would they, one bulk for each change of processes from then on: 180 ns an entry with four
   * producers and four consumers on two CPUs, and 2.7 with this.
   */
  private static void letOthersPublish(long own) {
    int yields = 0;
    while (yields < YIELDS
        && Memory.getIntAcquire(own + HeadTailLayout.HEAD)
            != Memory.getIntAcquire(own + HeadTailLayout.TAIL)) {
      Thread.yield();
      yields++;
    }
  }

  /**
   * Counts this claim as done; whoever makes the counts equal moves the position up to the head.
   */
  private static void publishRts(long own) {
    while (true) {
      long tail = Memory.getLongAcquire(own + HeadTailLayout.RTS_TAIL);
      long head = Memory.getLongAcquire(own + HeadTailLayout.RTS_HEAD);
      int done = (int) tail + 1;
      long position = done == (int) head ? head & ~LOW : tail & ~LOW;
      if (Memory.compareAndSetLong(own + HeadTailLayout.RTS_TAIL, tail, position | done & LOW)) {
        return;
      }
      Thread.onSpinWait();
    }
  }

  /**
   * Ends a peek: of what was claimed from the tail on, the first {@code count} are published and
   * the rest is given back. ST or HTS only, by the one who claimed.
   */
  static void finishPeek(int sync, long own, int count) {
    int position = Memory.getInt(own + HeadTailLayout.TAIL) + count;
    if (sync == ST) {
      Memory.putInt(own + HeadTailLayout.HEAD, position);
      Memory.putIntRelease(own + HeadTailLayout.TAIL, position);
    } else {
      // One store: nobody sees a head given back with the tail not yet moved.
      Memory.putLongRelease(own + HeadTailLayout.HTS_HEAD_TAIL, pair(position, position));
    }
  }

  /** How many are claimed and not yet published: what a peek has in hand. */
  static int claimed(long own) {
    return Memory.getInt(own + HeadTailLayout.HEAD) - Memory.getInt(own + HeadTailLayout.TAIL);
  }

  /** The head's position, whatever the sync type. */
  static int headPosition(int sync, long own) {
    return Memory.getIntAcquire(
        sync == RTS ? own + HeadTailLayout.RTS_HEAD + 4 : own + HeadTailLayout.HEAD);
  }

  /** The tail's position, whatever the sync type. */
  static int tailPosition(long own) {
    return Memory.getIntAcquire(own + HeadTailLayout.TAIL);
  }

  /** Sets head and tail to a position; nobody may use the ring meanwhile. */
  static void set(int sync, long own, int position) {
    if (sync == RTS) {
      Memory.putLong(own + HeadTailLayout.RTS_HEAD, (long) position << 32);
      Memory.putLongRelease(own + HeadTailLayout.RTS_TAIL, (long) position << 32);
    } else {
      Memory.putLongRelease(own + HeadTailLayout.HTS_HEAD_TAIL, pair(position, position));
    }
  }

  /**
   * Spins, and yields now and then: the one waited for may have been preempted on this very core.
   */
  private static int relax(int spins) {
    if ((spins & SPINS) == SPINS) {
      Thread.yield();
    } else {
      Thread.onSpinWait();
    }
    return spins + 1;
  }
}
