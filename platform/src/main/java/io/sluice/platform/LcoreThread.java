package io.sluice.platform;

/** A thread that is one lcore: it alone uses that lcore's slot in per-lcore structures. */
public class LcoreThread extends Thread {
  private final int lcoreId;

  /** Makes a thread that runs {@code task} as lcore {@code lcoreId}. */
  public LcoreThread(int lcoreId, String name, Runnable task) {
    super(task, name);
    this.lcoreId = lcoreId;
  }

  /** The lcore id, 0 to {@link Lcore#MAX} - 1. */
  public final int lcoreId() {
    return lcoreId;
  }
}
