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
  /** How long to spin before asking whether the claim's owner lives, which takes system calls. */
  private static final long PATIENCE_NANOS = 1_000_000;

  private static final int SPINS_BEFORE_CLOCK = 0xff;

  private JournaledClaims() {}

  /**
   * As {@link HeadTail#claim}; to be ended with {@link Journal#end}, or {@link Journal#endPeek},
   * after its publication.
   */
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
    long patience = 0;
    int spins = 0;
    while (true) {
      if (isClosed(sync, own)) {
        int head = Memory.getIntAcquire(own + HeadTailLayout.TAIL);
        int count =
            HeadTail.grant(
                n, room + Memory.getIntAcquire(other + HeadTailLayout.TAIL) - head, fixed);
        if (count == 0 || take(slot, sync, own, head, count, peek)) {
          return HeadTail.claim(count, head);
        }
        Thread.onSpinWait();
      } else {
        patience = await(journal, sync, own, ++spins, patience);
      }
    }
  }

  /**
   * Claims so many from the tail on, if no claim is open and none has been published since the tail
   * was seen at {@code head}: the head, which is at the tail then, is not looked at ahead of the
   * compare-and-set, which does.
   *
   * <p>It is of the head alone, on HTS sides, too: that it is where the tail was says that the tail
   * is there still, since it never passes the head, and the head moves no further back. One of both
   * would have to wait for the last publication, a store of the tail: 1.87 ns an entry with 8 in a
   * bulk in place of 1.72 (JDK 17).
   */
  static boolean take(long slot, int sync, long own, int head, int count, boolean peek) {
    if (sync == HeadTail.RTS) {
      return takeRts(slot, own, head, count);
    }
    note(slot, own, head, count, peek);
    if (Memory.compareAndSetInt(own + HeadTailLayout.HEAD, head, head + count)) {
      return true;
    }
    withdraw(slot, own, peek);
    return false;
  }

  private static boolean takeRts(long slot, long own, int head, int count) {
    long word = Memory.getLongAcquire(own + HeadTailLayout.RTS_TAIL);
    if ((int) (word >>> 32) != head) {
      return false;
    }
    Journal.intend(slot, own, head, count);
    long moved = HeadTail.pair(head + count, (int) word + 1);
    if (Memory.compareAndSetLong(own + HeadTailLayout.RTS_HEAD, word, moved)) {
      return true;
    }
    Journal.end(slot);
    return false;
  }

  /** Publishes a claim, which began at the tail, so that there is nobody to wait for. */
  static void publish(int sync, long own, int head, int count) {
    if (sync == HeadTail.RTS) {
      // A process without a journal may have claimed behind it, and published before.
      HeadTail.publish(sync, own, head, count);
    } else {
      Memory.putIntRelease(own + HeadTailLayout.TAIL, head + count);
    }
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
   * @return whether no claim is open there any more; false also while a live process may have it,
   *     be it of Sluice or of stock DPDK
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
    if (journal.claimant(own, tail, head - tail) != Journal.Claimant.DEAD
        || !journal.isOfNoStock(own, word)) {
      return false;
    }
    // Where the head's word does not have the tail, a claim may have been published since.
    if (rts && Memory.getLongVolatile(own + HeadTailLayout.RTS_TAIL) != tailWord) {
      return false;
    }
    long closed = rts ? tailWord : HeadTail.pair(tail, tail);
    journal.countUndone();
    // If the word has changed the claim was not the dead one's, and there is nothing to undo.
    return Memory.compareAndSetLong(headWord, word, closed);
  }
}
