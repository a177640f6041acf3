package io.sluice.ring;

import io.sluice.config.Journal;
import io.sluice.platform.Memory;

/**
 * Claims as {@link HeadTail} makes them, but such that the death of a process holds nobody up for
 * long: the same words in the same memory, so that a process that claims without a journal, such as
 * one of stock DPDK, may take part.
 *
 * <p>Two things are added. A thread notes in its {@link Journal} slot from where it is about to
 * claim, ahead of the compare-and-set that does it. And a claim begins only where none is open:
 * where head and tail are equal. So all that a dead process can have left on a side is one open
 * claim, which begins at the tail, and behind which nothing was claimed: giving the head back to
 * the tail undoes it in one step. What it was enqueueing is not in the ring then, and what it was
 * dequeueing still is.
 *
 * <p>Whose claim is open, if one is? It is by one of those whose intent names this side and the
 * tail's position; only they can have made it. While one of them lives, it either has claimed, and
 * will publish, or has not, and will find that out and withdraw. If all of them are dead, it was
 * one of them, whichever. Nobody waits who does not find a claim open.
 *
 * <p>ST needs none of this: its one user begins at the tail, whatever the last one left as head.
 */
final class JournaledClaims {
  private static final long LOW = 0xffff_ffffL;

  /** No claim, and not because there was no room: somebody else has one, or was quicker. */
  private static final long AGAIN = -1;

  /** How long to spin before asking whether the claim's owner lives, which takes system calls. */
  private static final long PATIENCE_NANOS = 1_000_000;

  private static final int SPINS_BEFORE_CLOCK = 0xff;

  private JournaledClaims() {}

  /** As {@link HeadTail#claim}; to be ended with {@link Journal#end} after its publication. */
  static long claim(
      Journal journal,
      long slot,
      int sync,
      long own,
      long other,
      int room,
      int n,
      boolean fixed,
      boolean peek) {
    long claim = tryClaim(slot, sync, own, other, room, n, fixed, peek);
    return claim == AGAIN
        ? claimPatiently(journal, slot, sync, own, other, room, n, fixed, peek)
        : claim;
  }

  /** Apart from the first try, which the loop's variables would slow down by half. */
  private static long claimPatiently(
      Journal journal,
      long slot,
      int sync,
      long own,
      long other,
      int room,
      int n,
      boolean fixed,
      boolean peek) {
    long patience = 0;
    int spins = 0;
    while (true) {
      if (isClosed(sync, own)) {
        long claim = tryClaim(slot, sync, own, other, room, n, fixed, peek);
        if (claim != AGAIN) {
          return claim;
        }
        Thread.onSpinWait();
      } else {
        patience = await(journal, sync, own, ++spins, patience);
      }
    }
  }

  private static long tryClaim(
      long slot, int sync, long own, long other, int room, int n, boolean fixed, boolean peek) {
    if (sync == HeadTail.RTS) {
      return tryRts(slot, own, other, room, n, fixed, peek);
    }
    // Two loads and not one of both: that would have to wait until the last publication, a store of
    // the tail alone, has left the store buffer.
    int head = Memory.getIntAcquire(own + HeadTailLayout.HEAD);
    if (head != Memory.getIntAcquire(own + HeadTailLayout.TAIL)) {
      return AGAIN;
    }
    int count =
        HeadTail.grant(n, room + Memory.getIntAcquire(other + HeadTailLayout.TAIL) - head, fixed);
    if (count == 0) {
      return HeadTail.claim(0, head);
    }
    note(slot, own, head, count, peek);
    if (sync == HeadTail.MT ? moveMt(own, head, count) : moveHts(own, head, count)) {
      return HeadTail.claim(count, head);
    }
    withdraw(slot, own, peek);
    return AGAIN;
  }

  /**
   * The head alone: the tail was equal to it, and stays so until somebody moves the head, since it
   * never passes it and moves no further back.
   */
  private static boolean moveMt(long own, int head, int count) {
    return Memory.compareAndSetInt(own + HeadTailLayout.HEAD, head, head + count);
  }

  private static boolean moveHts(long own, int head, int count) {
    long tail = (long) head << 32;
    return Memory.compareAndSetLong(
        own + HeadTailLayout.HTS_HEAD_TAIL, tail | head & LOW, tail | head + count & LOW);
  }

  private static long tryRts(
      long slot, long own, long other, int room, int n, boolean fixed, boolean peek) {
    long word = Memory.getLongAcquire(own + HeadTailLayout.RTS_HEAD);
    if (Memory.getLongAcquire(own + HeadTailLayout.RTS_TAIL) != word) {
      return AGAIN;
    }
    int head = (int) (word >>> 32);
    int count =
        HeadTail.grant(n, room + Memory.getIntAcquire(other + HeadTailLayout.TAIL) - head, fixed);
    if (count == 0) {
      return HeadTail.claim(0, head);
    }
    note(slot, own, head, count, peek);
    long moved = (long) (head + count) << 32 | (int) word + 1 & LOW;
    if (Memory.compareAndSetLong(own + HeadTailLayout.RTS_HEAD, word, moved)) {
      return HeadTail.claim(count, head);
    }
    withdraw(slot, own, peek);
    return AGAIN;
  }

  private static void note(long slot, long own, int head, int count, boolean peek) {
    if (peek) {
      Journal.intendPeek(slot, own, head, count);
    } else {
      Journal.intend(slot, own, head, count);
    }
  }

  /** At once: whoever recovers this side waits for those that may have claimed. */
  private static void withdraw(long slot, long own, boolean peek) {
    if (peek) {
      Journal.endPeek(slot, own);
    } else {
      Journal.end(slot);
    }
  }

  /** Whether no claim is open on a side. */
  private static boolean isClosed(int sync, long own) {
    if (sync == HeadTail.RTS) {
      return Memory.getLongAcquire(own + HeadTailLayout.RTS_TAIL)
          == Memory.getLongAcquire(own + HeadTailLayout.RTS_HEAD);
    }
    return Memory.getIntAcquire(own + HeadTailLayout.HEAD)
        == Memory.getIntAcquire(own + HeadTailLayout.TAIL);
  }

  private static long await(Journal journal, int sync, long own, int spins, long patience) {
    if ((spins & SPINS_BEFORE_CLOCK) != 0) {
      Thread.onSpinWait();
      return patience;
    }
    Thread.yield();
    long now = System.nanoTime();
    if (patience == 0) {
      return now + PATIENCE_NANOS;
    }
    if (now - patience < 0) {
      return patience;
    }
    recover(journal, sync, own);
    return now + PATIENCE_NANOS;
  }

  /**
   * Undoes the claim that dead processes have left open on a side.
   *
   * @return whether no claim is open there any more; false also while a live process may have it
   */
  static boolean recover(Journal journal, int sync, long own) {
    return journal.processes().recover(() -> undo(journal, sync, own));
  }

  private static boolean undo(Journal journal, int sync, long own) {
    if (sync == HeadTail.ST) {
      return true;
    }
    boolean rts = sync == HeadTail.RTS;
    long headWord = rts ? own + HeadTailLayout.RTS_HEAD : own;
    long word = Memory.getLongVolatile(headWord);
    long tailWord = rts ? Memory.getLongVolatile(own + HeadTailLayout.RTS_TAIL) : word;
    int head = (int) (rts ? word >>> 32 : word);
    int tail = (int) (tailWord >>> 32);
    if (head == tail) {
      return true;
    }
    // With more behind the dead one's claim, as only a process without a journal makes it, the
    // count is another, and nothing of that process's is taken from it.
    if (journal.claimant(own, tail, head - tail) != Journal.Claimant.DEAD) {
      return false;
    }
    long closed = rts ? tailWord : (long) tail << 32 | tail & LOW;
    // If the word has changed the claim was not the dead one's, and there is nothing to undo.
    return Memory.compareAndSetLong(headWord, word, closed);
  }
}
