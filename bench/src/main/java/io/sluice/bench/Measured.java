package io.sluice.bench;

/**
 * What one run of a side's program printed for a point.
 *
 * @param nanos that an element took
 * @param bytes of the Java heap that the measuring thread allocated for an element; NaN for
 *     programs that are no JVM
 * @param cpusApart how far the two CPUs were apart meanwhile, see {@link CpuDistance}; NaN for what
 *     runs on one
 */
record Measured(double nanos, double bytes, double cpusApart) {
  /** Between the next in distance, such as another core of the same cache, lies more than that. */
  private static final double ALIKE = 1.5;

  /** From the words behind a point's name. */
  static Measured of(String[] words, int first, double cpusApart) {
    double bytes = words.length > first + 1 ? Double.parseDouble(words[first + 1]) : Double.NaN;
    return new Measured(Double.parseDouble(words[first]), bytes, cpusApart);
  }

  /** Whether the other met the CPUs about as far apart, so that the two can be compared. */
  boolean isAlike(Measured other) {
    return isAlike(cpusApart, other.cpusApart);
  }

  /** As the other, of two distances; any two that are NaN are alike. */
  static boolean isAlike(double cpusApart, double others) {
    return !(cpusApart > others * ALIKE || others > cpusApart * ALIKE);
  }
}
