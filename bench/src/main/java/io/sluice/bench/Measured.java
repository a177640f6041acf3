package io.sluice.bench;

/**
 * What one run of a side's program printed for a point.
 *
 * @param nanos that an element took
 * @param bytes of the Java heap that the measuring thread allocated for an element; NaN for
 *     programs that are no JVM
 */
record Measured(double nanos, double bytes) {
  /** From the words behind a point's name. */
  static Measured of(String[] words, int first) {
    double bytes = words.length > first + 1 ? Double.parseDouble(words[first + 1]) : Double.NaN;
    return new Measured(Double.parseDouble(words[first]), bytes);
  }
}
