package io.sluice.bench;

import java.util.stream.IntStream;

/**
 * One line of the result.
 *
 * @param name of work and point
 * @param goal the ratio not to be exceeded
 * @param ours what Sluice took
 * @param bytes of the Java heap that Sluice's measuring thread allocated for an element, the most
 *     of any round
 * @param reference what the other side took, or null if it is not there
 * @param other what the other side is
 */
record Row(String name, double goal, Series ours, double bytes, Series reference, Side other) {
  boolean isCompared() {
    return reference != null;
  }

  boolean isAgainstC() {
    return isCompared() && (other.kind() == Side.Kind.C || other.kind() == Side.Kind.TESTPMD);
  }

  /**
   * Time of ours over time of the other, smaller is better: the median of the rounds' ratios, since
   * both sides of a round met the machine in the same state.
   */
  double ratio() {
    return Series.median(
        IntStream.range(0, ours.nanos().size())
            .mapToObj(round -> ours.nanos().get(round) / reference.nanos().get(round))
            .toList());
  }

  /** Whether its work does not cross from one CPU to another. */
  boolean isOnOneCpu() {
    return Double.isNaN(ours.medianApart());
  }

  /** Whether both sides met the CPUs equally far apart; also where nothing is compared. */
  boolean isAlike() {
    return !isCompared() || Measured.isAlike(ours.medianApart(), reference.medianApart());
  }

  /** Those without are there for the record. */
  boolean hasGoal() {
    return !Double.isInfinite(goal);
  }

  boolean isGoalMet() {
    return ratio() <= goal;
  }
}
