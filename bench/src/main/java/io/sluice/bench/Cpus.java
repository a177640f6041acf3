package io.sluice.bench;

import io.sluice.platform.CpuTopology;
import java.util.NavigableSet;

/**
 * The CPUs that both sides are pinned to: the last two, since the first has the machine's
 * interrupts.
 *
 * @param measured where the measured thread runs
 * @param other where the other process of two runs; the same if there is one only
 */
record Cpus(int measured, int other) {
  boolean areTwo() {
    return measured != other;
  }

  static Cpus choose() {
    NavigableSet<Integer> allowed = CpuTopology.current().allowed();
    Integer other = allowed.lower(allowed.last());
    return new Cpus(allowed.last(), other == null ? allowed.last() : other);
  }
}
