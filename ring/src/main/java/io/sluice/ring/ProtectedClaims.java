package io.sluice.ring;

import io.sluice.config.Claimants;
import io.sluice.config.Journal;
import io.sluice.platform.Memory;

/**
 * Claims as {@link HeadTail} makes them, but such that the death of a process holds nobody up for
 * long: the same words in the same memory, so that a process that claims without notes, such as one
 * of stock DPDK, may take part.
 *
 * <p>Two things are added. A claim begins only where none is open: where head and tail are equal.
 * And whoever has claimed says so in the side's {@link ClaimNote}, right behind the compare-and-set
 * that does it. So all that a dead process can have left on a side is one open claim, which begins
 * at the tail, and behind which nothing was claimed: giving the head back to the tail undoes it in
 * one step. What it was enqueueing is not in the ring then, and what it was dequeueing still is.
 *
 * <p>Whose claim is open, if one is? If the note names the tail's position, the note's. If not, its
 * maker is between the compare-and-set and the note, or died there, or is a process of stock DPDK.
 * Then each process that lives is asked whether its threads are outside of that ({@link
 * Claimants#isOfTheDead}), and only if all have said so since, and nothing has changed, was it a
 * dead one's. Nobody waits who does not find a claim open.
 *
 * <p>ST needs none of this: its one user begins at the tail, whatever the last one left as head.
 */
final class ProtectedClaims {
  /** How long to spin before asking whether the claim's owner lives, which takes system calls. */
  private static final long PATIENCE_NANOS = 1_000_000;

  private static final int SPINS_BEFORE_CLOCK = 0xff;

  /** A claim of somebody who runs is over within this, or another's note is there. */
  private static final long LOOK_NANOS = 50_000;

  private ProtectedClaims() {}

  /**
   * As {@link HeadTail#claim}.
   *
   * @param self this process's part of a note
   * @param note address of the side's
   */
  static long claim(
      Claimants claimants,
      int self,
      long note,
      int sync,
      long own,
      long other,
      int room,
      int n,
      boolean fixed) {
    long patience = 0;
    int spins = 0;
    while (true) {
      if (isClosed(sync, own)) {
        int head = Memory.getIntAcquire(own + HeadTailLayout.TAIL);
        int count =
            HeadTail.grant(
                n, room + Memory.getIntAcquire(other + HeadTailLayout.TAIL) - head, fixed);
        if (count == 0 || take(claimants, self, note, sync, own, head, count)) {
          return HeadTail.claim(count, head);
        }
        Thread.onSpinWait();
      } else {
        patience = await(claimants, note, sync, own, ++spins, patience);
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
   *
   * <p>A thread is inside of a claim that has no note as yet only while this, by its name, is on
   * its stack ({@link RingRecovery#isInsideClaim}). The note is a plain store: nothing has to wait
   * for it but the publication.
   */
  static boolean take(
      Claimants claimants, int self, long note, int sync, long own, int head, int count) {
    return claimants.areBesideStock()
        ? takeBesideStock(claimants.journal().slot(), self, note, sync, own, head, count)
        : takeAndNote(self, note, sync, own, head, count);
  }

  /** A process of stock DPDK says nothing of what it claims, so that this has to be said ahead. */
  private static boolean takeBesideStock(
      long slot, int self, long note, int sync, long own, int head, int count) {
    Journal.intend(slot, own, head, count);
    boolean taken = takeAndNote(self, note, sync, own, head, count);
    Journal.end(slot);
    return taken;
  }

  private static boolean takeAndNote(int self, long note, int sync, long own, int head, int count) {
    boolean taken =
        sync == HeadTail.RTS
            ? takeRts(own, head, count)
            : Memory.compareAndSetInt(own + HeadTailLayout.HEAD, head, head + count);
    if (taken) {
      ClaimNote.write(note, ClaimNote.of(self, head, count));
    }
    return taken;
  }

  private static boolean takeRts(long own, int head, int count) {
    long word = Memory.getLongAcquire(own + HeadTailLayout.RTS_TAIL);
    long moved = HeadTail.pair(head + count, (int) word + 1);
    return (int) (word >>> 32) == head
        && Memory.compareAndSetLong(own + HeadTailLayout.RTS_HEAD, word, moved);
  }

  /** Publishes a claim, which began at the tail, so that there is nobody to wait for. */
  static void publish(int sync, long own, int head, int count) {
    if (sync == HeadTail.RTS) {
      // A process without notes may have claimed behind it, and published before.
      HeadTail.publish(sync, own, head, count);
    } else {
      Memory.putIntRelease(own + HeadTailLayout.TAIL, head + count);
    }
  }

  /**
   * Ends a peek as {@link HeadTail#finishPeek}. A thread that gives all of it back is inside of a
   * claim without a note, too, while this is on its stack.
   */
  static void finishPeek(long note, int sync, long own, int count) {
    if (count == 0) {
      ClaimNote.clear(note);
    }
    HeadTail.finishPeek(sync, own, count);
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

  private static long await(
      Claimants claimants, long note, int sync, long own, int spins, long patience) {
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
    recover(claimants, note, sync, own);
    return now + PATIENCE_NANOS;
  }

  /**
   * Undoes the claim that a dead process has left open on a side.
   *
   * @return whether no claim is open there any more; false also while a live process may have it,
   *     be it of Sluice or of stock DPDK
   */
  static boolean recover(Claimants claimants, long note, int sync, long own) {
    return claimants.recover(() -> undo(claimants, note, sync, own));
  }

  private static boolean undo(Claimants claimants, long note, int sync, long own) {
    if (sync == HeadTail.ST) {
      return true;
    }
    // Ahead of all that is read here.
    Claimants.Standing before = claimants.standing(own);
    boolean rts = sync == HeadTail.RTS;
    long headWord = rts ? own + HeadTailLayout.RTS_HEAD : own;
    long tailWord = rts ? own + HeadTailLayout.RTS_TAIL : own;
    long word = Memory.getLongVolatile(headWord);
    long ended = Memory.getLongVolatile(tailWord);
    long said = ClaimNote.read(note);
    int undone = ClaimNote.undone(note);
    int head = (int) (rts ? word >>> 32 : word);
    int tail = (int) (ended >>> 32);
    if (head == tail) {
      return true;
    }
    // With more behind a dead one's claim, as only a process without notes makes it, nothing of
    // that process's is taken from it, as long as there is one.
    boolean dead =
        ClaimNote.names(said, tail)
            ? (ClaimNote.isOfAll(said, head - tail) || !before.isBesideStock())
                && !claimants.isAlive(ClaimNote.who(said))
            : claimants.isOfTheDead(before, own, word, tail, head - tail, said, undone);
    // Who is dead has changed nothing since it was seen to be; before, it may have.
    if (!dead
        || Memory.getLongVolatile(headWord) != word
        || Memory.getLongVolatile(tailWord) != ended
        || ClaimNote.read(note) != said) {
      return false;
    }
    ClaimNote.clear(note);
    // If the word has changed, a process without notes has claimed behind it.
    return Memory.compareAndSetLong(headWord, word, rts ? ended : HeadTail.pair(tail, tail));
  }

  /**
   * Undoes what one dead process may have left of a claim on a side, and takes its name off.
   *
   * @return whether nothing is left
   */
  static boolean recover(Claimants claimants, long note, int sync, long own, int who) {
    if (sync == HeadTail.ST) {
      return true;
    }
    if (mayBeOf(claimants, note, own, sync, who) && !recover(claimants, note, sync, own)) {
      return false;
    }
    ClaimNote.forget(note, who);
    return true;
  }

  /**
   * Undoes what this process, none of whose threads claims any more, has left open by a peek, and
   * takes its name off. Nobody else changes the side meanwhile: peeks are on HTS sides, where
   * nobody claims behind another.
   */
  static void leave(long note, int sync, long own, int who) {
    long said = ClaimNote.read(note);
    boolean last = ClaimNote.who(said) == who && ClaimNote.names(said, HeadTail.tailPosition(own));
    if (last && sync == HeadTail.HTS && !isClosed(sync, own)) {
      finishPeek(note, sync, own, 0);
    }
    ClaimNote.forget(note, who);
  }

  /**
   * Whether an open claim may be of that process: it says so, or nothing that would change soon
   * and, beside processes of stock DPDK, a dead one was about to make it.
   */
  private static boolean mayBeOf(Claimants claimants, long note, long own, int sync, int who) {
    int tail = HeadTail.tailPosition(own);
    long end = System.nanoTime() + LOOK_NANOS;
    while (!isClosed(sync, own) && HeadTail.tailPosition(own) == tail) {
      long said = ClaimNote.read(note);
      if (ClaimNote.names(said, tail)) {
        return ClaimNote.who(said) == who;
      }
      if (System.nanoTime() - end > 0) {
        return claimants.mayBeOfTheDead(own, tail, HeadTail.headPosition(sync, own) - tail);
      }
      Thread.onSpinWait();
    }
    return false;
  }
}
