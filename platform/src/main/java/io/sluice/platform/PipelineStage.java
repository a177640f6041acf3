package io.sluice.platform;

import java.util.function.IntSupplier;

/**
 * One stage of the pipeline model: takes a burst from its source, works on it, gives it to its
 * sink. What the sink does not take is kept and offered again before the next burst is taken, so
 * that a full sink holds up the source and nothing is lost. One thread at a time; the polls of
 * {@link PollLoop}.
 */
public final class PipelineStage implements IntSupplier {
  private final Burst source;
  private final Burst work;
  private final Burst sink;
  private final long[] objects;
  private int next;
  private int pending;

  /**
   * Makes a stage.
   *
   * @param work rewrites the burst in place and returns how many are left at its start; it owns
   *     those that it leaves out
   * @param burst the most to take at once
   */
  public PipelineStage(Burst source, Burst work, Burst sink, int burst) {
    this.source = source;
    this.work = work;
    this.sink = sink;
    this.objects = new long[burst];
  }

  /** One round; gives how many objects moved. */
  @Override
  public int getAsInt() {
    int taken = 0;
    if (pending == 0) {
      taken = source.apply(objects, 0, objects.length);
      if (taken == 0) {
        return 0;
      }
      next = 0;
      pending = work.apply(objects, 0, taken);
    }
    return taken + offer();
  }

  private int offer() {
    if (pending == 0) {
      return 0;
    }
    int accepted = sink.apply(objects, next, pending);
    next += accepted;
    pending -= accepted;
    return accepted;
  }

  /** How many objects it holds that the sink has not taken yet. */
  public int pending() {
    return pending;
  }
}
