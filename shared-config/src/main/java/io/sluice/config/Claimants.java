package io.sluice.config;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Who makes claims on the rings of this memory: the processes of the table, which say behind each
 * claim that it is theirs, and those of stock DPDK, which say nothing.
 *
 * <p>A process of Sluice goes by a number from 1 on, its place in the table, which is another's
 * only when nothing says any more that it is the dead one's.
 */
public final class Claimants {
  private final ProcessTable processes;
  private final StockProcesses stock;
  private final Journal journal;

  /** By side; whoever recovers has them for itself. */
  private final Map<Long, GracePeriod> periods = new HashMap<>();

  /** Plain, as it is looked at with each claim. */
  private boolean besideStock = true;

  private volatile boolean ended;

  /** Those of a memory in which this process has its place in the table. */
  public Claimants(ProcessTable processes, StockProcesses stock, Journal journal) {
    this.processes = processes;
    this.stock = stock;
    this.journal = journal;
  }

  /** Looks anew whether there are processes of stock DPDK; every now and then. */
  public void lookForStock() {
    besideStock = stock.isAnyAlive();
  }

  /**
   * Whether claims have to be noted ahead of making them, too, in {@link Journal#intend}: of a
   * claim without a note a process of stock DPDK may be the maker, which cannot be asked.
   */
  public boolean areBesideStock() {
    return besideStock;
  }

  /** The journal, for that. */
  public Journal journal() {
    return journal;
  }

  /** The number of this process. */
  public int self() {
    return number(processes.ownSlot());
  }

  /** The number of a process of the table. */
  public static int number(ProcessTable.Entry process) {
    return number(process.slot());
  }

  private static int number(int slot) {
    return slot + 1;
  }

  /** None of this process's threads claims any more: what it has open counts as a dead one's. */
  public void end() {
    ended = true;
  }

  /** Whether the process of that number runs, and may claim. Takes system calls. */
  public boolean isAlive(int number) {
    return processes.isSlotAlive(number - 1) && !(ended && number == self());
  }

  /** As {@link ProcessTable#recover}. */
  public boolean recover(BooleanSupplier work) {
    return processes.recover(work);
  }

  /**
   * What is known of the claimants.
   *
   * @param someAreDead of the table's, and not recovered from as yet
   * @param isBesideStock whether one of stock DPDK runs
   * @param othersAreOutside since the side was last looked at
   */
  public record Standing(boolean someAreDead, boolean isBesideStock, boolean othersAreOutside) {}

  /**
   * To be asked ahead of looking at a side: what a process changes there, it changes before it is
   * known to be dead or outside. By who recovers only. Takes system calls.
   */
  public Standing standing(long side) {
    GracePeriod period = periods.get(side);
    if (period != null && !period.isOfNow()) {
      periods.remove(side);
      period = null;
    }
    processes.answer();
    return new Standing(
        !processes.allAlive(), stock.isAnyAlive(), period != null && period.isOver(processes));
  }

  /**
   * Whether a claim of which nobody has said that it is his may be a dead process's: beside those
   * of stock DPDK one has noted that it was about to make it.
   */
  public boolean mayBeOfTheDead(long side, int tail, int count) {
    return !stock.isAnyAlive() || journal.isOfTheDead(side, tail, count);
  }

  /**
   * Whether it is certain that a claim of which nobody has said that it is his was made by a
   * process that is dead: some process is, and all that live have been outside of claims since this
   * one was first seen here, and once more since then. By who recovers only, again and again. False
   * as long as a process is stopped, or one of stock DPDK cannot be looked at.
   *
   * <p>Beside processes of stock DPDK only if a dead one has noted that it was about to make just
   * this claim: one of theirs may be open for as long as they like.
   *
   * <p>Twice, since whoever gives a claim back may be in the midst of that at the first look: then
   * nothing of the side says that another claim was made there since. Nobody is at the second.
   *
   * @param before the {@link #standing}, asked before the rest was read, in this order
   * @param word the side's head
   * @param tail where the claim begins
   * @param count of entries up to the side's head
   * @param note the side's note
   * @param undone how many claims have been undone there; another claim differs in one of the three
   */
  public boolean isOfTheDead(
      Standing before, long side, long word, int tail, int count, long note, int undone) {
    if (!before.someAreDead || before.isBesideStock && !journal.isOfTheDead(side, tail, count)) {
      return false;
    }
    GracePeriod period = periods.get(side);
    boolean goesOn = period != null && period.goesOnWith(word, note, undone);
    if (goesOn && !before.othersAreOutside) {
      return false;
    }
    if (goesOn && period.isSecond()) {
      periods.remove(side);
      return true;
    }
    try {
      List<StockThread> threads = stock.threads();
      periods.put(side, new GracePeriod(word, note, undone, processes.ask(), threads, goesOn));
    } catch (IOException | DirectoryIteratorException e) {
      // One of stock DPDK cannot be looked at, now or ever.
      periods.remove(side);
    }
    return false;
  }
}
