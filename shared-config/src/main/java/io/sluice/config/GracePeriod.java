package io.sluice.config;

import java.util.List;

/**
 * How long a claim that is open on a ring's side, and of which nobody has said that it is his, may
 * be one of a process that lives: until each of them has been outside of claims since. Who was
 * inside has said so by then, or published it, so that something of the side is another.
 */
final class GracePeriod {
  /**
   * Looks come every 50 ms or oftener. Without one for so long the same may speak of another claim:
   * the indices went round, or the memory is another ring's.
   */
  private static final long LAPSE_NANOS = 500_000_000;

  private final long word;
  private final long note;
  private final int undone;
  private final int question;
  private final List<StockThread> inside;
  private final boolean second;
  private long looked = System.nanoTime();

  /**
   * Begins.
   *
   * @param word the side's head, read before the question was asked and the threads looked for
   * @param note the side's note, likewise
   * @param undone how many claims have been undone on the side
   * @param question that was asked of the processes of the table
   * @param threads of stock DPDK, all that there were since; later ones made no earlier claim
   * @param second whether one for the same claim is over
   */
  GracePeriod(
      long word, long note, int undone, int question, List<StockThread> threads, boolean second) {
    this.word = word;
    this.note = note;
    this.undone = undone;
    this.question = question;
    this.inside = threads;
    this.second = second;
  }

  /** Whether a look may rely on the ones before, if it finds the same. */
  boolean isOfNow() {
    return System.nanoTime() - looked < LAPSE_NANOS;
  }

  /** Whether a look has found the same. */
  boolean goesOnWith(long word, long note, int undone) {
    return this.word == word && this.note == note && this.undone == undone;
  }

  boolean isSecond() {
    return second;
  }

  /** Looks again. */
  boolean isOver(ProcessTable processes) {
    looked = System.nanoTime();
    inside.removeIf(StockThread::isOut);
    return inside.isEmpty() && processes.haveAnswered(question);
  }
}
