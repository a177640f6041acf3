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
    long headWord = sync == HeadTail.RTS ? own + HeadTailLayout.RTS_HEAD : own;
    long patience = 0;
    int spins = 0;
    while (true) {
      long word = Memory.getLongAcquire(headWord);
      if (!isClosed(sync, own, word)) {
        patience = await(journal, sync, own, ++spins, patience);
        continue;
      }
      int head = headOf(sync, word);
      int tail = Memory.getIntAcquire(other + HeadTailLayout.TAIL);
      int count = HeadTail.grant(n, room + tail - head, fixed);
      if (count == 0) {
        return HeadTail.claim(0, head);
      }
      if (peek) {
        Journal.intendPeek(slot, own, head, count);
      } else {
        Journal.intend(slot, own, head, count);
      }
      if (Memory.compareAndSetLong(headWord, word, moved(sync, word, count))) {
        return HeadTail.claim(count, head);
      }
      // Withdrawn at once: whoever recovers this side waits for those that may have claimed.
      end(slot, own, peek);
      Thread.onSpinWait();
    }
  }

  private static void end(long slot, long own, boolean peek) {
    if (peek) {
      Journal.endPeek(slot, own);
    } else {
      Journal.end(slot);
    }
  }

  /** Whether no claim is open on a side whose head word this is. */
  private static boolean isClosed(int sync, long own, long word) {
    return sync == HeadTail.RTS
        ? Memory.getLongAcquire(own + HeadTailLayout.RTS_TAIL) == word
        : (int) word == (int) (word >>> 32);
  }

  private static int headOf(int sync, long word) {
    return sync == HeadTail.RTS ? (int) (word >>> 32) : (int) word;
  }

  private static long moved(int sync, long word, int count) {
    return sync == HeadTail.RTS
        ? ((word >>> 32) + count) << 32 | (int) word + 1 & LOW
        : word & ~LOW | (int) word + count & LOW;
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
    long headWord = sync == HeadTail.RTS ? own + HeadTailLayout.RTS_HEAD : own;
    long word = Memory.getLongVolatile(headWord);
    if (isClosed(sync, own, word)) {
      return true;
    }
    int tail = HeadTail.tailPosition(own);
    int count = headOf(sync, word) - tail;
    // With more behind the dead one's claim, as only a process without a journal makes it, the
    // count is another, and nothing of that process's is taken from it.
    if (journal.claimant(own, tail, count) != Journal.Claimant.DEAD) {
      return false;
    }
    long closed =
        sync == HeadTail.RTS
            ? Memory.getLongVolatile(own + HeadTailLayout.RTS_TAIL)
            : (long) tail << 32 | tail & LOW;
    // If the word has changed the claim was not the dead one's, and there is nothing to undo.
    return Memory.compareAndSetLong(headWord, word, closed);
  }
}
