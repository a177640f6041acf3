package io.sluice.config;

import io.sluice.platform.Errno;
import io.sluice.platform.Lcore;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.Processes;
import io.sluice.platform.SluiceException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Who is attached and which lcore ids are whose: the memzone {@link #ZONE}. DPDK has neither; two
 * of its processes with one lcore id share a mempool cache unlocked.
 *
 * <p>There is no lock. A slot's first word is its pid and state; it is taken by one compare-and-set
 * from 0, and freed by one from exactly what was found there. An lcore id is taken by a
 * compare-and-set of its owner from 0 to the claim's generation, a number never used twice, so that
 * somebody who frees a dead process's ids late cannot take a newcomer's. A process that dies at any
 * point leaves its pid in its slot; whoever finds it dead frees all of it. Alive is who holds the
 * kernel's lock of the slot ({@link LivenessLocks}), which is taken before the slot is and given
 * back after it; the pid is for people, and may be one of another PID namespace.
 */
public final class ProcessTable {
  /** The name of the memzone. */
  public static final String ZONE = "SLUICE_process_table";

  /**
   * Counts the changes of what Sluice keeps in memory beside DPDK's structures, in any of its
   * zones: processes of two releases that differ in it cannot share memory.
   */
  static final int VERSION = 3;

  private static final long ACTIVE = 1L << 32;
  private static final int NONE = -1;

  /** More questions than are asked while a process joins or leaves. */
  private static final int AHEAD = 1 << 30;

  /** Recovering from a process takes milliseconds, unless who is at it is stopped. */
  private static final long RECOVERY_NANOS = 20_000_000_000L;

  private static final long RECOVERY_POLL_NANOS = 1_000_000;

  private final long address;
  private final LivenessLocks locks;
  private final Object recovery = new Object();
  private boolean recovering;
  private Predicate<Entry> recoverer = dead -> true;
  private BooleanSupplier outside = () -> false;
  private BooleanSupplier stockPrimary = () -> false;
  private int ownSlot = NONE;
  private int ownGeneration;

  private ProcessTable(long address, LivenessLocks locks) {
    this.address = address;
    this.locks = locks;
  }

  /**
   * A process in the table.
   *
   * @param startTime clock ticks since boot, which tells a reused pid
   * @param generation the how-manieth claim in this table
   * @param lcores the lcore ids it has claimed
   */
  public record Entry(
      int slot,
      int pid,
      long startTime,
      ProcType procType,
      int generation,
      String role,
      List<Integer> lcores) {}

  /** The bytes of the zone. */
  public static long size() {
    return ProcessTableLayout.SIZEOF;
  }

  /** Sets up zeroed memory; the primary's. */
  public static void init(long address) {
    Memory.putInt(address + ProcessTableLayout.VERSION, VERSION);
    Memory.putInt(address + ProcessTableLayout.SLOTS, ProcessTableLayout.MAX_PROCESSES);
  }

  /**
   * Refuses a table that another release of Sluice has made.
   *
   * @throws SluiceException EINVAL with both versions
   */
  public void requireVersion() {
    int version = Memory.getInt(address + ProcessTableLayout.VERSION);
    if (version != VERSION) {
      throw new SluiceException(
          Errno.EINVAL,
          "the first process of this prefix is of another release of Sluice: it keeps its own"
              + " zones in version "
              + version
              + ", this one in "
              + VERSION
              + "; use one release for all of them");
    }
  }

  /**
   * The table at that address.
   *
   * @param locks say who lives; null to go by pid and start time alone
   */
  public static ProcessTable at(long address, LivenessLocks locks) {
    return new ProcessTable(address, locks);
  }

  private long slot(int index) {
    return address + ProcessTableLayout.FIRST_SLOT + (long) index * ProcessTableLayout.SLOT_SIZEOF;
  }

  private long owner(int lcore) {
    return address + ProcessTableLayout.LCORE_OWNERS + 4L * lcore;
  }

  /**
   * Enters this process and claims its lcore ids.
   *
   * @param role what it is, for listings
   * @throws SluiceException EBUSY if a running process has one of the lcore ids, ENOSPC if the
   *     table is full; then nothing is claimed
   */
  public void claim(ProcType procType, String role, Iterable<Integer> lcores) {
    int index = takeSlot();
    long slot = slot(index);
    Memory.putLong(slot + ProcessTableLayout.START_TIME, Processes.startTime(Libc.getpid()));
    Memory.putInt(slot + ProcessTableLayout.PROC_TYPE, procType.ordinal());
    Memory.putString(slot + ProcessTableLayout.ROLE, ProcessTableLayout.ROLE_LENGTH, role);
    ownGeneration = Memory.getAndAddInt(address + ProcessTableLayout.NEXT_GENERATION, 1) + 1;
    Memory.putInt(slot + ProcessTableLayout.GENERATION, ownGeneration);
    Memory.putInt(slot + ProcessTableLayout.ANSWERED, asked() + AHEAD);
    Memory.putLongRelease(slot + ProcessTableLayout.PID, Libc.getpid() | ACTIVE);
    ownSlot = index;
    try {
      lcores.forEach(this::claimLcore);
    } catch (SluiceException e) {
      release();
      throw e;
    }
  }

  private int takeSlot() {
    for (int i = 0; i < ProcessTableLayout.MAX_PROCESSES; i++) {
      if (tryTake(i)) {
        return i;
      }
    }
    for (int i = 0; i < ProcessTableLayout.MAX_PROCESSES; i++) {
      if (freeIfDead(i) && tryTake(i)) {
        return i;
      }
    }
    throw new SluiceException(
        Errno.ENOSPC, "all " + ProcessTableLayout.MAX_PROCESSES + " process slots are taken");
  }

  /** The kernel's lock first: from its first store in the slot on it says that this one lives. */
  private boolean tryTake(int index) {
    long word = slot(index) + ProcessTableLayout.PID;
    if (Memory.getLongVolatile(word) != 0 || locks != null && !locks.tryHold(index)) {
      return false;
    }
    if (Memory.compareAndSetLong(word, 0, Libc.getpid())) {
      return true;
    }
    if (locks != null) {
      locks.letGo(index);
    }
    return false;
  }

  /**
   * Claims one more lcore id for this process, which has claimed its slot. One of a dead process's
   * is waited for while another process recovers from that one.
   *
   * @throws SluiceException EINVAL for an id out of range, EBUSY if a running process has it, or if
   *     whoever recovers from the dead one that had it is stopped for 20 seconds
   */
  public void claimLcore(int lcore) {
    if (lcore < 0 || lcore >= Lcore.MAX) {
      throw new SluiceException(
          Errno.EINVAL, "lcore " + lcore + " is outside 0-" + (Lcore.MAX - 1));
    }
    long began = System.nanoTime();
    while (!Memory.compareAndSetInt(owner(lcore), 0, ownGeneration)) {
      int holder = Memory.getIntVolatile(owner(lcore));
      if (holder == ownGeneration) {
        return;
      }
      Entry entry = find(holder);
      if (entry == null) {
        // Its slot was freed since, by somebody who died before the lcore ids' turn.
        Memory.compareAndSetInt(owner(lcore), holder, 0);
      } else if (!freeIfDead(entry.slot())) {
        if (isAlive(entry) || System.nanoTime() - began > RECOVERY_NANOS) {
          throw taken(lcore, entry);
        }
        LockSupport.parkNanos(RECOVERY_POLL_NANOS);
      }
    }
  }

  private SluiceException taken(int lcore, Entry holder) {
    return new SluiceException(
        Errno.EBUSY,
        "lcore "
            + lcore
            + " is taken by "
            + holder.role()
            + " (pid "
            + holder.pid()
            + (isAlive(holder)
                ? "); choose another with -l"
                : "), which is dead, and who puts right what it left is stopped; continue or end"
                    + " that one (sluice ps)"));
  }

  /** The generation of this process's claim, never used twice in this table; 0 without one. */
  public int generation() {
    return ownGeneration;
  }

  /** This process's slot; it has claimed one. */
  int ownSlot() {
    return ownSlot;
  }

  /** Whether the process of that slot, of which nothing but its slot may be known, runs. */
  boolean isSlotAlive(int index) {
    long word = Memory.getLongVolatile(slot(index) + ProcessTableLayout.PID);
    return word != 0 && isAlive(index, word);
  }

  /** The process of that generation, which may be dead; null if it is not in the table. */
  public Entry find(int generation) {
    for (int i = 0; i < ProcessTableLayout.MAX_PROCESSES; i++) {
      Entry entry = entry(i);
      if (entry != null && entry.generation() == generation) {
        return entry;
      }
    }
    return null;
  }

  /** Gives one lcore id of this process back. */
  public void releaseLcore(int lcore) {
    Memory.compareAndSetInt(owner(lcore), ownGeneration, 0);
  }

  /** Takes this process out of the table and gives its lcore ids back. */
  public void release() {
    if (ownSlot != NONE) {
      // The lock last: without it a process that is still in the table is dead.
      free(ownSlot, Libc.getpid() | ACTIVE);
      if (locks != null) {
        locks.letGo(ownSlot);
      }
      ownSlot = NONE;
    }
  }

  /**
   * Whether that very process still runs. One that is stopped does; one that is gone to its last
   * thread does not.
   */
  public boolean isAlive(Entry entry) {
    return isAlive(entry.slot(), entry.pid(), entry.startTime());
  }

  private boolean isAlive(int slot, int pid, long startTime) {
    if (slot == ownSlot) {
      return true;
    }
    return locks != null ? locks.isHeld(slot) : Processes.isAlive(pid, startTime);
  }

  /** Whether the process of that generation runs; one that is not in the table does not. */
  public boolean isAlive(int generation) {
    Entry entry = generation == 0 ? null : find(generation);
    return entry != null && isAlive(entry);
  }

  /**
   * What puts right what a dead process has left in shared structures, before its slot and its
   * lcore ids are anybody's again; says whether all of it was done.
   */
  public void setRecoverer(Predicate<Entry> recoverer) {
    this.recoverer = recoverer;
  }

  /**
   * From now on threads of this process may claim. Until then, since {@link #claim}, and after
   * {@link #endClaims} it has answered ahead of all questions: those that join or leave for long,
   * and cannot look, hold nobody up.
   *
   * @param outside how to see whether each of its threads is outside of claims
   */
  public void beginClaims(BooleanSupplier outside) {
    this.outside = outside;
    Memory.putIntVolatile(slot(ownSlot) + ProcessTableLayout.ANSWERED, asked());
  }

  /** No thread claims any more, unless it is the only one that recovers. */
  public void endClaims() {
    Memory.putIntVolatile(slot(ownSlot) + ProcessTableLayout.ANSWERED, asked() + AHEAD);
  }

  private int asked() {
    return Memory.getIntVolatile(address + ProcessTableLayout.ASKED);
  }

  /** Asks each process whether its threads are outside of claims: the question's number. */
  int ask() {
    return Memory.getAndAddInt(address + ProcessTableLayout.ASKED, 1) + 1;
  }

  /**
   * Answers what was asked, if this process can. What its threads stored in claims before is to be
   * seen by who sees the answer: volatile.
   */
  public void answer() {
    if (ownSlot == NONE) {
      return;
    }
    int asked = asked();
    long answered = slot(ownSlot) + ProcessTableLayout.ANSWERED;
    if (asked - Memory.getInt(answered) > 0 && outside.getAsBoolean()) {
      Memory.putIntVolatile(answered, asked);
    }
  }

  /** Whether all that live have answered that question, or one that was asked later. */
  boolean haveAnswered(int question) {
    boolean all = true;
    for (int i = 0; i < ProcessTableLayout.MAX_PROCESSES; i++) {
      int answered = Memory.getIntVolatile(slot(i) + ProcessTableLayout.ANSWERED);
      all &= answered - question >= 0 || !isSlotAlive(i);
    }
    return all;
  }

  /**
   * Recovers something, as the only one of all processes: by a lock of the kernel's, so that one
   * that dies at it is followed by the next, and {@code work} must bear to be done again from any
   * point. Nobody waits for another process: who finds one at it comes back later.
   *
   * @return what {@code work} said; false if another process is at it
   */
  public boolean recover(BooleanSupplier work) {
    synchronized (recovery) {
      if (recovering) {
        return work.getAsBoolean();
      }
      if (locks != null && !locks.tryHold(LivenessLocks.RECOVERY)) {
        return false;
      }
      recovering = true;
      try {
        return work.getAsBoolean();
      } finally {
        recovering = false;
        if (locks != null) {
          locks.letGo(LivenessLocks.RECOVERY);
        }
      }
    }
  }

  /**
   * Recovers and frees the slot of a process that runs no more.
   *
   * @return whether it is free now; false if the process lives, or if its recovery is under way in
   *     another process or has to be tried again
   */
  public boolean freeIfDead(int index) {
    long word = Memory.getLongVolatile(slot(index) + ProcessTableLayout.PID);
    return word == 0 || !isAlive(index, word) && recover(() -> recoverAndFree(index));
  }

  private boolean isAlive(int index, long word) {
    long startTime = Memory.getLong(slot(index) + ProcessTableLayout.START_TIME);
    if (locks == null && (word & ACTIVE) == 0) {
      return Processes.isAlive((int) word);
    }
    return isAlive(index, (int) word, startTime);
  }

  /** Looks again: another may have done it while this one waited to be the only one. */
  private boolean recoverAndFree(int index) {
    long word = Memory.getLongVolatile(slot(index) + ProcessTableLayout.PID);
    if (word == 0) {
      return true;
    }
    if (isAlive(index, word)) {
      return false;
    }
    Entry dead = entry(index);
    if (dead != null && !recoverer.test(dead)) {
      return false;
    }
    free(index, word);
    return true;
  }

  /** Makes this process, which has claimed its slot as a primary, the one in charge. */
  public void takeCharge() {
    Memory.putLongVolatile(
        address + ProcessTableLayout.PRIMARY,
        (long) Libc.getpid() << 32 | ownGeneration & 0xffff_ffffL);
  }

  /**
   * The generation of the primary in charge: another number for each primary, so that whoever keeps
   * it sees that a new one has taken over. It stays when that primary dies, until the next has
   * adopted everything. 0 before the first. One volatile read.
   */
  public int primaryGeneration() {
    return (int) Memory.getLongVolatile(address + ProcessTableLayout.PRIMARY);
  }

  /** The pid that belongs to {@link #primaryGeneration}. */
  public int primaryPid() {
    return (int) (Memory.getLongVolatile(address + ProcessTableLayout.PRIMARY) >>> 32);
  }

  /**
   * Whether the primary is one of stock DPDK, which knows no table: none of Sluice has ever taken
   * charge. One volatile read.
   */
  public boolean isPrimaryStock() {
    return primaryGeneration() == 0;
  }

  /** Whether the primary in charge runs. Takes system calls. */
  public boolean isPrimaryAlive() {
    int generation = primaryGeneration();
    return generation == 0 ? stockPrimary.getAsBoolean() : isAlive(generation);
  }

  /** How to see whether a primary of stock DPDK runs, which is in no table. */
  public void setStockPrimary(BooleanSupplier alive) {
    stockPrimary = alive;
  }

  /** Whether every process in the table runs: all that died were recovered from. */
  public boolean allAlive() {
    boolean all = true;
    for (int i = 0; i < ProcessTableLayout.MAX_PROCESSES; i++) {
      long word = Memory.getLongVolatile(slot(i) + ProcessTableLayout.PID);
      all &= word == 0 || isAlive(i, word);
    }
    return all;
  }

  /**
   * Recovers and frees the slots of all processes that run no more.
   *
   * @return whether there are none left
   */
  public boolean freeDead() {
    boolean all = true;
    for (int i = 0; i < ProcessTableLayout.MAX_PROCESSES; i++) {
      long word = Memory.getLongVolatile(slot(i) + ProcessTableLayout.PID);
      all &= word == 0 || isAlive(i, word) || freeIfDead(i);
    }
    return all;
  }

  private void free(int index, long word) {
    int generation = Memory.getInt(slot(index) + ProcessTableLayout.GENERATION);
    boolean active = (word & ACTIVE) != 0;
    if (Memory.compareAndSetLong(slot(index) + ProcessTableLayout.PID, word, 0) && active) {
      for (int lcore = 0; lcore < Lcore.MAX; lcore++) {
        Memory.compareAndSetInt(owner(lcore), generation, 0);
      }
    }
  }

  private Entry entry(int index) {
    long slot = slot(index);
    long word = Memory.getLongVolatile(slot + ProcessTableLayout.PID);
    if ((word & ACTIVE) == 0) {
      return null;
    }
    int generation = Memory.getInt(slot + ProcessTableLayout.GENERATION);
    List<Integer> lcores = new ArrayList<>();
    for (int lcore = 0; lcore < Lcore.MAX; lcore++) {
      if (Memory.getIntVolatile(owner(lcore)) == generation) {
        lcores.add(lcore);
      }
    }
    return new Entry(
        index,
        (int) word,
        Memory.getLong(slot + ProcessTableLayout.START_TIME),
        Memory.getInt(slot + ProcessTableLayout.PROC_TYPE) == 0
            ? ProcType.PRIMARY
            : ProcType.SECONDARY,
        generation,
        Memory.getString(slot + ProcessTableLayout.ROLE, ProcessTableLayout.ROLE_LENGTH),
        lcores);
  }

  /** Visits every process in the table, dead ones too. */
  public void forEach(Consumer<Entry> visitor) {
    for (int i = 0; i < ProcessTableLayout.MAX_PROCESSES; i++) {
      Entry entry = entry(i);
      if (entry != null) {
        visitor.accept(entry);
      }
    }
  }
}
