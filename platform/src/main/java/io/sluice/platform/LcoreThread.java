package io.sluice.platform;

/** A thread that is one lcore: it alone uses that lcore's slot in per-lcore structures. */
public class LcoreThread extends Thread {
  private final int lcoreId;
  private Object journal;
  private long journalSlot;

  /** Makes a thread that runs {@code task} as lcore {@code lcoreId}. */
  public LcoreThread(int lcoreId, String name, Runnable task) {
    super(task, name);
    this.lcoreId = lcoreId;
  }

  /** The lcore id, 0 to {@link Lcore#MAX} - 1. */
  public final int lcoreId() {
    return lcoreId;
  }

  /**
   * This thread's slot in a journal, as {@link #setJournalSlot} keeps it for the last one; 0 if it
   * has none there. Only for the thread itself: a field is found in a few cycles, a thread-local
   * variable in tens.
   */
  public final long journalSlot(Object ofJournal) {
    return journal == ofJournal ? journalSlot : 0;
  }

  /** Keeps this thread's slot in a journal. */
  public final void setJournalSlot(Object ofJournal, long slot) {
    journal = ofJournal;
    journalSlot = slot;
  }
}
