package io.sluice.bench;

import java.util.List;

/**
 * What one side took at one point, round by round.
 *
 * @param nanos one time for each round
 * @param cpusApart how far the two CPUs were apart, for each round; NaN for what runs on one
 */
record Series(List<Double> nanos, List<Double> cpusApart) {
  static Series of(List<Measured> rounds) {
    return new Series(
        rounds.stream().map(Measured::nanos).toList(),
        rounds.stream().map(Measured::cpusApart).toList());
  }

  private static double[] sorted(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  /** The middle one, or the mean of the two in the middle. */
  static double median(List<Double> values) {
    double[] sorted = sorted(values);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Of the times. */
  double median() {
    return median(nanos);
  }

  /** From the least to the most, as a part of the median. */
  double spread() {
    double[] sorted = sorted(nanos);
    return (sorted[sorted.length - 1] - sorted[0]) / median();
  }

  /** Of how far the CPUs were apart. */
  double medianApart() {
    return median(cpusApart);
  }
}
