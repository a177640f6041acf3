package io.sluice.bench;

import java.util.List;

/**
 * What one side took at one point, round by round.
 *
 * @param nanos one time for each round
 */
record Series(List<Double> nanos) {
  private double[] sorted() {
    return nanos.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  /** The middle one, or the mean of the two in the middle. */
  double median() {
    double[] sorted = sorted();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** From the least to the most, as a part of the median. */
  double spread() {
    double[] sorted = sorted();
    return (sorted[sorted.length - 1] - sorted[0]) / median();
  }
}
