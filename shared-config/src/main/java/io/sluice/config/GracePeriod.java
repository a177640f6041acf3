package io.sluice.config;

import java.util.List;

/**
 * How long a claim that is open on a ring's side, and of which the journal knows only that a dead
 * process may have made it, may be one of stock DPDK's all the same: until each thread of those
 * processes has been outside of ring code since. Who was inside the claim has published it by then,
 * so that the side's word is another.
 */
final class GracePeriod {
  /**
   * Looks come every 50 ms or oftener. Without one for so long the same word may speak of another
   * claim: the indices went round, or the memory is another ring's.
   */
  private static final long LAPSE_NANOS = 500_000_000;

  private final long word;
  private final int undone;
  private final List<StockThread> inside;
  private long looked = System.nanoTime();

  /**
   * Begins.
   *
   * @param word the side's head, read before the threads were looked for
   * @param undone how many claims have been undone, on any side
   * @param threads all that there were since; later ones made no earlier claim
   */
  GracePeriod(long word, int undone, List<StockThread> threads) {
    this.word = word;
    this.undone = undone;
    this.inside = threads;
  }

  /** Whether a look that finds these may rely on the ones before. */
  boolean goesOnWith(long word, int undone) {
    return this.word == word && this.undone == undone && System.nanoTime() - looked < LAPSE_NANOS;
  }

  /** Looks again. */
  boolean isOver() {
    looked = System.nanoTime();
    inside.removeIf(StockThread::isOut);
    return inside.isEmpty();
  }
}
