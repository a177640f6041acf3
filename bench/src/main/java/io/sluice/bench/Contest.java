package io.sluice.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The same work done by two sides, measured at several points, such as bulks.
 *
 * @param name of the work, such as {@code ring mp_mc}
 * @param points that both sides print, in the order of the table
 * @param goal the ratio of times not to be exceeded at a point
 * @param ours what is measured
 * @param reference what it is measured against
 */
record Contest(
    String name, List<String> points, ToDoubleFunction<String> goal, Side ours, Side reference) {
  /** Name of the row of one point. */
  String row(String point) {
    return name + " " + point;
  }

  /**
   * Whether a round takes several seconds, for the processes that it starts or what they report; in
   * a quick run there is one round of these.
   */
  boolean isSlow() {
    return ours.isOfStarts()
        || ours.isOfCrowd()
        || reference.kind() == Side.Kind.TESTPMD
        || reference.kind() == Side.Kind.PEER;
  }
}
