package io.sluice.config;

import io.sluice.platform.Errno;
import io.sluice.platform.LcoreThread;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;

/**
 * What the threads of all processes are about to do to shared structures: the memzone {@link
 * #ZONE}. A thread notes its intent here, in a slot of its own, ahead of the one atomic step that
 * makes it true. When a process dies, whoever needs to finds in its slots what it may have done,
 * and finishes or undoes that.
 *
 * <p>An intent is a guess until the step that follows it: a dead process's says what it may have
 * done, and so does a live one's, which will soon say something else. The structure itself, with
 * all intents taken together, says what is.
 *
 * <p>Memory order: intents are plain stores ahead of a compare-and-set, which is a full barrier, so
 * that whoever sees the step sees the intent.
 */
public final class Journal {
  /** The name of the memzone. */
  public static final String ZONE = "SLUICE_journal";

  /** 2 to the power of 64 by the golden ratio. */
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private final long address;
  private final ProcessTable processes;
  private final ThreadLocal<Long> slots = ThreadLocal.withInitial(() -> 0L);
  private final List<Taken> taken = new ArrayList<>();

  /** A slot of this process, and whose. */
  private record Taken(Thread thread, long slot) {}

  private Journal(long address, ProcessTable processes) {
    this.address = address;
    this.processes = processes;
  }

  /** The bytes of the zone. */
  public static long size() {
    return JournalLayout.SIZEOF;
  }

  /** Sets up zeroed memory; the primary's. */
  public static void init(long address) {
    Memory.putInt(address + JournalLayout.SLOTS, JournalLayout.MAX_THREADS);
  }

  /** The journal at that address, for a process that has its place in the table. */
  public static Journal at(long address, ProcessTable processes) {
    return new Journal(address, processes);
  }

  /** The table that says which slots' owners live. */
  public ProcessTable processes() {
    return processes;
  }

  private long slot(int index) {
    return address + JournalLayout.FIRST_SLOT + (long) index * JournalLayout.SLOT_SIZEOF;
  }

  /** The calling thread's slot, taken with the first call. Cheap for lcores, for every burst. */
  public long slot() {
    long slot =
        Thread.currentThread() instanceof LcoreThread lcore ? lcore.journalSlot(this) : slots.get();
    return slot != 0 ? slot : takeSlot();
  }

  private synchronized long takeSlot() {
    long slot = reuse();
    for (int i = 0; slot == 0 && i < JournalLayout.MAX_THREADS; i++) {
      if (Memory.compareAndSetInt(slot(i) + JournalLayout.OWNER, 0, processes.generation())) {
        slot = slot(i);
      }
    }
    if (slot == 0) {
      throw new SluiceException(
          Errno.ENOSPC,
          "all " + JournalLayout.MAX_THREADS + " threads' places in the journal are taken");
    }
    taken.add(new Taken(Thread.currentThread(), slot));
    if (Thread.currentThread() instanceof LcoreThread lcore) {
      lcore.setJournalSlot(this, slot);
    } else {
      slots.set(slot);
    }
    return slot;
  }

  /** A slot of a thread of this process that has ended, or 0. */
  private long reuse() {
    for (Taken each : taken) {
      if (each.thread == Thread.currentThread() || !each.thread.isAlive()) {
        taken.remove(each);
        return each.slot;
      }
    }
    return 0;
  }

  /** Gives this process's slots back; none of its threads may use the memory any more. */
  public synchronized void release() {
    for (Taken each : taken) {
      freeSlot(each.slot);
    }
    taken.clear();
  }

  private static void freeSlot(long slot) {
    end(slot);
    endReference(slot);
    endStack(slot);
    Memory.putIntVolatile(slot + JournalLayout.OWNER, 0);
  }

  /** Notes that the thread of this slot is about to claim {@code count} from {@code head} on. */
  public static void intend(long slot, long side, int head, int count) {
    Memory.putLong(slot + JournalLayout.EXTENT, extent(head, count));
    Memory.putLong(slot + JournalLayout.SIDE, side);
  }

  private static long extent(int head, int count) {
    return (long) count << 32 | head & 0xffff_ffffL;
  }

  /** The claim is noted where it was made by now, or did not come about. */
  public static void end(long slot) {
    Memory.putLongRelease(slot + JournalLayout.SIDE, 0);
  }

  /**
   * Whether a process that is dead was about to make just this claim, and may have.
   *
   * @param head where it begins
   * @param count of entries up to the side's head
   */
  boolean isOfTheDead(long side, int head, int count) {
    boolean found = false;
    for (int i = 0; i < JournalLayout.MAX_THREADS; i++) {
      int owner = Memory.getIntVolatile(slot(i) + JournalLayout.OWNER);
      found |=
          owner != 0
              && Memory.getLongVolatile(slot(i) + JournalLayout.SIDE) == side
              && Memory.getLong(slot(i) + JournalLayout.EXTENT) == extent(head, count)
              && !processes.isAlive(owner);
    }
    return found;
  }

  /** What a thread does to an mbuf's reference count, as far as it has got with saying so. */
  public enum Change {
    /** Nothing yet. */
    NONE,
    /** A clone is about to refer to the mbuf. */
    MORE,
    /** A clone is about to refer to it no more. */
    LESS,
    /** Who has the mbuf itself gives it up to its clones. */
    OWN;

    private static final Change[] ALL = values();
  }

  /**
   * A change of an mbuf's reference count that a thread may have been making.
   *
   * @param slot the thread's, whose number is in the mbuf's lock if it was at it
   * @param referrer the clone that refers or referred to it; 0 with {@link Change#OWN}
   * @param before the count
   */
  public record Reference(long slot, long mbuf, long referrer, int before, Change change) {}

  /** Notes whose count the thread of this slot wants to change, before it takes the lock. */
  public static void intendReference(long slot, long mbuf) {
    Memory.putLong(slot + JournalLayout.REFERENCE_CHANGE, 0);
    Memory.putLongRelease(slot + JournalLayout.REFERENCE, mbuf);
  }

  /** Notes what is about to be done; by the lock's holder. */
  public static void noteChange(long slot, long clone, int before, Change change) {
    Memory.putLong(slot + JournalLayout.REFERENCE_CLONE, clone);
    Memory.putLongRelease(
        slot + JournalLayout.REFERENCE_CHANGE, (long) change.ordinal() << 32 | before);
    // None of the stores of the change comes before the note.
    Memory.storeFence();
  }

  /** The change of the reference count is done, and the lock given back. */
  public static void endReference(long slot) {
    Memory.putLongRelease(slot + JournalLayout.REFERENCE, 0);
  }

  /** The address of the lock for an mbuf's count, which others may have, too. */
  public long referenceLock(long mbuf) {
    int index = (int) ((mbuf >>> 6) * SPREAD >>> Long.SIZE - JournalLayout.REFERENCE_LOCK_BITS);
    return address + JournalLayout.REFERENCE_LOCKS + (long) index * Integer.BYTES;
  }

  /** What a slot is called in a lock: from 1 on. */
  public int number(long slot) {
    return (int) ((slot - slot(0)) / JournalLayout.SLOT_SIZEOF) + 1;
  }

  /** What the thread whose slot has that number was about to do to a count; null if nothing. */
  public Reference reference(int number) {
    long slot = slot(number - 1);
    long mbuf = Memory.getLongVolatile(slot + JournalLayout.REFERENCE);
    if (mbuf == 0) {
      return null;
    }
    long change = Memory.getLong(slot + JournalLayout.REFERENCE_CHANGE);
    return new Reference(
        slot,
        mbuf,
        Memory.getLong(slot + JournalLayout.REFERENCE_CLONE),
        (int) change,
        Change.ALL[(int) (change >>> 32)]);
  }

  /** The generation of the process whose slot has that number; 0 if it is nobody's. */
  public int ownerOf(int number) {
    return Memory.getIntVolatile(slot(number - 1) + JournalLayout.OWNER);
  }

  /** Visits the numbers of a process's slots. */
  public void forEachNumber(int generation, IntConsumer visitor) {
    forEachSlot(generation, slot -> visitor.accept(number(slot)));
  }

  /** Notes that the thread of this slot is about to take nodes off a stack. */
  public static void intendStack(long slot, long stack) {
    Memory.putLong(slot + JournalLayout.STACK, stack);
  }

  /** The thread of this slot has put the nodes back on one of the stack's lists, or took none. */
  public static void endStack(long slot) {
    Memory.putLongRelease(slot + JournalLayout.STACK, 0);
  }

  /** Whether a process may have died with nodes of a stack in hand. */
  public boolean isAtStack(int generation, long stack) {
    boolean[] found = {false};
    forEachSlot(generation, slot -> found[0] |= notesStack(slot, stack));
    return found[0];
  }

  private static boolean notesStack(long slot, long stack) {
    return Memory.getLongVolatile(slot + JournalLayout.STACK) == stack;
  }

  /** Whether a thread of a process that lives may have nodes of a stack in hand. */
  public boolean isAnyAliveAtStack(long stack) {
    for (int i = 0; i < JournalLayout.MAX_THREADS; i++) {
      int owner = Memory.getIntVolatile(slot(i) + JournalLayout.OWNER);
      if (owner != 0 && notesStack(slot(i), stack) && processes.isAlive(owner)) {
        return true;
      }
    }
    return false;
  }

  private void forEachSlot(int generation, LongConsumer visitor) {
    for (int i = 0; i < JournalLayout.MAX_THREADS; i++) {
      if (Memory.getIntVolatile(slot(i) + JournalLayout.OWNER) == generation) {
        visitor.accept(slot(i));
      }
    }
  }

  /** Frees the slots of a dead process, of whose intents nothing is left to be done. */
  public void free(int generation) {
    forEachSlot(generation, Journal::freeSlot);
  }
}
