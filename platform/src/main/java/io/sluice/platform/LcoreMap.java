package io.sluice.platform;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which CPUs each lcore may run on, as {@code --lcores} says it; immutable. Several lcores may
 * share a CPU.
 */
public final class LcoreMap {
  private final SortedMap<Integer, NavigableSet<Integer>> cpusByLcore;

  private LcoreMap(SortedMap<Integer, NavigableSet<Integer>> cpusByLcore) {
    this.cpusByLcore = cpusByLcore;
  }

  /**
   * Makes a map.
   *
   * @param cpusByLcore lcore id to CPU numbers
   * @throws SluiceException EINVAL for no lcore, an id outside 0 to {@link Lcore#MAX} - 1, or an
   *     lcore without a CPU
   */
  public static LcoreMap of(Map<Integer, ? extends Iterable<Integer>> cpusByLcore) {
    TreeMap<Integer, NavigableSet<Integer>> copy = new TreeMap<>();
    cpusByLcore.forEach(
        (lcore, cpus) -> {
          TreeSet<Integer> sorted = new TreeSet<>();
          cpus.forEach(sorted::add);
          requireValid(lcore, sorted);
          copy.put(lcore, Collections.unmodifiableNavigableSet(sorted));
        });
    if (copy.isEmpty()) {
      throw new SluiceException(Errno.EINVAL, "no lcore given, at least one is needed");
    }
    return new LcoreMap(Collections.unmodifiableSortedMap(copy));
  }

  private static void requireValid(int lcore, NavigableSet<Integer> cpus) {
    if (lcore < 0 || lcore >= Lcore.MAX) {
      throw new SluiceException(
          Errno.EINVAL, "lcore " + lcore + " is outside 0-" + (Lcore.MAX - 1));
    }
    if (cpus.isEmpty() || cpus.first() < 0) {
      throw new SluiceException(Errno.EINVAL, "lcore " + lcore + " has CPUs " + cpus);
    }
  }

  /** DPDK's default: lcore n on CPU n, for each of {@code cpus} below {@link Lcore#MAX}. */
  public static LcoreMap onePerCpu(Iterable<Integer> cpus) {
    TreeMap<Integer, List<Integer>> map = new TreeMap<>();
    cpus.forEach(
        cpu -> {
          if (cpu < Lcore.MAX) {
            map.put(cpu, List.of(cpu));
          }
        });
    return of(map);
  }

  /** The lcore ids, ascending. */
  public List<Integer> lcores() {
    return List.copyOf(cpusByLcore.keySet());
  }

  /** Whether the lcore is in the map. */
  public boolean contains(int lcore) {
    return cpusByLcore.containsKey(lcore);
  }

  /** The CPUs of an lcore, ascending; empty for one that is not in the map. */
  public NavigableSet<Integer> cpusOf(int lcore) {
    return cpusByLcore.getOrDefault(lcore, Collections.emptyNavigableSet());
  }

  /** How many lcores there are. */
  public int size() {
    return cpusByLcore.size();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LcoreMap map && map.cpusByLcore.equals(cpusByLcore);
  }

  @Override
  public int hashCode() {
    return cpusByLcore.hashCode();
  }

  /** As {@code --lcores} takes it, such as {@code 0@(0),1@(2,3)}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    cpusByLcore.forEach(
        (lcore, cpus) ->
            text.append(text.isEmpty() ? "" : ",")
                .append(lcore)
                .append('@')
                .append(cpus.toString().replace('[', '(').replace(']', ')').replace(" ", "")));
    return text.toString();
  }
}
