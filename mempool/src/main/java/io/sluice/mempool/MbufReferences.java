package io.sluice.mempool;

import io.sluice.config.Journal;
import io.sluice.config.Journal.Change;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;

/**
 * Reference counts of mbufs that have clones, and the death of a process in the middle of changing
 * one. What changes takes several stores: the count, the clone's flag, the owner's word. They are
 * done under a lock that the mbuf shares with the few that hash to the same, and with a note of the
 * count before. So nobody else has changed the count since, and it says how far the dead one got.
 *
 * <p>Invariant, wherever the lock is free: a count is the number of clones that refer to the mbuf,
 * and one more if somebody has it itself, who then is its owner ({@link
 * io.sluice.memzone.ObjectOwners}); without a clone there is neither a lock nor a note, and the
 * count is 1.
 *
 * <p>Who waits for the lock looks after a millisecond whether its holder lives, and if not puts
 * right what that one left. A process that is stopped in here, within some ten stores, is waited
 * for. Processes of stock DPDK take no lock: the count stays right, since it changes in one atomic
 * step, but not the note of who dies.
 */
final class MbufReferences {
  private static final long PATIENCE_NANOS = 1_000_000;
  private static final int SPINS_BEFORE_CLOCK = 0xff;

  private MbufReferences() {}

  /**
   * A clone is about to refer to mbuf, whose count this one raises; ends with {@link #end}.
   *
   * @return what {@link #end} takes
   */
  static long add(long mbuf, long clone) {
    long slot = begin(mbuf, clone);
    note(slot, clone, Mbuf.refcnt(mbuf), Change.MORE);
    Mbuf.refcntUpdate(mbuf, 1);
    return slot;
  }

  /** Ends {@link #add}, once the clone says that it refers to mbuf. */
  static void end(long slot, long mbuf, long clone) {
    if (slot != 0) {
      Memory.putIntRelease(memory(mbuf, clone).journal().referenceLock(mbuf), 0);
      Journal.endReference(slot);
    }
  }

  /**
   * Makes a clone direct, and takes the reference off the mbuf that it referred to.
   *
   * @return whether that was the last: then mbuf is this process's own
   */
  static boolean remove(long mbuf, long clone, Mempool poolOfClone) {
    long slot = begin(mbuf, clone);
    int before = Mbuf.refcnt(mbuf);
    note(slot, clone, before, Change.LESS);
    boolean last = before == 1;
    if (last) {
      take(mbuf);
    }
    MbufAttach.makeDirect(clone, poolOfClone);
    // A peer that takes no lock may have given up the other one since.
    if (!last && Mbuf.refcntUpdate(mbuf, -1) == 0) {
      take(mbuf);
      last = true;
    }
    end(slot, mbuf, clone);
    return last;
  }

  /**
   * Makes an mbuf this process's that nobody had but the clone. What was behind it once in a packet
   * went its own way when the packet was freed, and must not be taken with it if this one dies.
   */
  private static void take(long mbuf) {
    Mbuf.setNext(mbuf, 0);
    Mbuf.setNbSegs(mbuf, 1);
    Mbuf.poolOf(mbuf).take(mbuf);
  }

  /**
   * Gives an mbuf, which this process has itself, up to its clones.
   *
   * @return whether there were none any more: then it is this process's own still
   */
  static boolean giveUp(long mbuf) {
    long slot = begin(mbuf, mbuf);
    int before = Mbuf.refcnt(mbuf);
    boolean last = before == 1;
    if (!last) {
      note(slot, 0, before, Change.OWN);
      last = Mbuf.refcntUpdate(mbuf, -1) == 0;
      if (!last) {
        Mbuf.poolOf(mbuf).giveUp(mbuf);
      }
    }
    end(slot, mbuf, mbuf);
    return last;
  }

  /** By which the count is protected; null if neither's pool is. */
  private static SharedMemory memory(long mbuf, long clone) {
    SharedMemory memory = Mbuf.poolOf(mbuf).protecting();
    return memory == null ? Mbuf.poolOf(clone).protecting() : memory;
  }

  private static long begin(long mbuf, long clone) {
    SharedMemory memory = memory(mbuf, clone);
    if (memory == null) {
      return 0;
    }
    Journal journal = memory.journal();
    long slot = journal.slot();
    Journal.intendReference(slot, mbuf);
    long lock = journal.referenceLock(mbuf);
    int number = journal.number(slot);
    if (!Memory.compareAndSetInt(lock, 0, number)) {
      await(memory, lock, number);
    }
    return slot;
  }

  private static void note(long slot, long clone, int before, Change change) {
    if (slot != 0) {
      Journal.noteChange(slot, clone, before, change);
    }
  }

  private static void await(SharedMemory memory, long lock, int number) {
    long patience = System.nanoTime() + PATIENCE_NANOS;
    int spins = 0;
    while (!Memory.compareAndSetInt(lock, 0, number)) {
      if ((++spins & SPINS_BEFORE_CLOCK) != 0) {
        Thread.onSpinWait();
      } else if (System.nanoTime() - patience < 0) {
        Thread.yield();
      } else {
        recoverHolder(memory, Memory.getIntVolatile(lock));
        patience = System.nanoTime() + PATIENCE_NANOS;
      }
    }
  }

  private static void recoverHolder(SharedMemory memory, int number) {
    Journal journal = memory.journal();
    int owner = number == 0 ? 0 : journal.ownerOf(number);
    if (owner != 0 && !journal.processes().isAlive(owner)) {
      // The slot may have been freed since, and be another's.
      journal
          .processes()
          .recover(() -> journal.ownerOf(number) == owner && recover(memory, number, owner));
    }
  }

  /** Puts right the counts that a dead process was changing. May be done again from any point. */
  static void recover(SharedMemory memory, int dead) {
    memory.journal().forEachNumber(dead, number -> recover(memory, number, dead));
  }

  private static boolean recover(SharedMemory memory, int number, int dead) {
    Journal.Reference reference = memory.journal().reference(number);
    if (reference != null) {
      long lock = memory.journal().referenceLock(reference.mbuf());
      if (Memory.getIntVolatile(lock) == number) {
        putRight(memory, reference, dead);
        Memory.putIntVolatile(lock, 0);
      }
      Journal.endReference(reference.slot());
    }
    return true;
  }

  /** A step that was done makes the next look find nothing to do. */
  private static void putRight(SharedMemory memory, Journal.Reference reference, int dead) {
    long mbuf = reference.mbuf();
    long clone = reference.referrer();
    int before = reference.before();
    int count = Mbuf.refcnt(mbuf);
    switch (reference.change()) {
      case MORE -> {
        if (!refers(clone, mbuf) && count == before + 1) {
          Mbuf.refcntUpdate(mbuf, -1);
        }
      }
      case LESS -> {
        if (before == 1 && refers(clone, mbuf)) {
          memory.owners().giveUp(dead, mbuf);
        } else if (before > 1 && !refers(clone, mbuf) && count == before) {
          Mbuf.refcntUpdate(mbuf, -1);
        }
      }
      case OWN -> {
        if (count == before - 1) {
          memory.owners().giveUp(dead, mbuf);
        }
      }
      case NONE -> {
        // It had the lock, and had done nothing.
      }
    }
  }

  private static boolean refers(long clone, long mbuf) {
    return Mbuf.isCloned(clone) && MbufAttach.direct(clone) == mbuf;
  }

  /** Makes of an mbuf that nobody has what lies in a pool, whatever was half done to it. */
  static void reset(long mbuf, Mempool pool) {
    if (!PktmbufPool.isPinned(pool)) {
      MbufAttach.makeDirect(mbuf, pool);
    }
    Mbuf.setNext(mbuf, 0);
    Mbuf.setNbSegs(mbuf, 1);
    Mbuf.setRefcnt(mbuf, 1);
  }
}
