package io.sluice.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What each side took at each point of each contest, and which of that is compared. */
final class Times {
  private record Key(Contest contest, Side side, String point) {}

  private record Pair(Measured ours, Measured reference) {
    boolean isAlike() {
      return ours.isAlike(reference);
    }
  }

  private final Map<Key, List<Measured>> measured = new HashMap<>();

  /** Runs both sides of a contest that can be run, one after the other. */
  void measure(Contest contest, SideRunner runner) {
    for (Side side : List.of(contest.ours(), contest.reference())) {
      if (runner.canRun(side)) {
        add(contest, side, runner.run(side));
      }
    }
  }

  /** Adds what a side printed. */
  void add(Contest contest, Side side, Map<String, Measured> points) {
    points.forEach(
        (point, taken) ->
            measured
                .computeIfAbsent(new Key(contest, side, point), key -> new ArrayList<>())
                .add(taken));
  }

  private List<Measured> ours(Contest contest, String point) {
    return measured.getOrDefault(new Key(contest, contest.ours(), point), List.of());
  }

  private List<Measured> reference(Contest contest, String point) {
    return measured.getOrDefault(new Key(contest, contest.reference(), point), List.of());
  }

  /** Whether at some point of a contest the CPUs always were further apart for one of the sides. */
  boolean hasNoneAlike(Contest contest) {
    return contest.points().stream()
        .map(point -> pairs(contest, point))
        .anyMatch(pairs -> !pairs.isEmpty() && !pairs.get(0).isAlike());
  }

  /**
   * What is compared with what: both sides of a round, since they met the machine in the same
   * state; where that is known to be different, as for work that crosses from one CPU to another,
   * those of different rounds that met it alike. Of these the ones that met the CPUs closest, so
   * that a row is of one distance. All rounds if there are none.
   */
  private List<Pair> pairs(Contest contest, String point) {
    List<Measured> ours = ours(contest, point);
    List<Measured> reference = reference(contest, point);
    List<Pair> rounds = new ArrayList<>();
    List<Pair> all = new ArrayList<>();
    for (int i = 0; i < ours.size(); i++) {
      for (int j = 0; j < reference.size(); j++) {
        Pair pair = new Pair(ours.get(i), reference.get(j));
        all.add(pair);
        if (i == j) {
          rounds.add(pair);
        }
      }
    }
    for (List<Pair> pairs : List.of(rounds, all)) {
      List<Pair> alike = pairs.stream().filter(Pair::isAlike).toList();
      if (!alike.isEmpty()) {
        return closest(alike);
      }
    }
    return rounds;
  }

  private static List<Pair> closest(List<Pair> pairs) {
    Pair closest =
        Collections.min(pairs, Comparator.comparingDouble(pair -> pair.ours().cpusApart()));
    return pairs.stream().filter(pair -> pair.ours().isAlike(closest.ours())).toList();
  }

  /** The rows of a contest; none of a size for which this machine has no pages. */
  List<Row> rows(Contest contest) {
    return contest.points().stream()
        .filter(point -> !ours(contest, point).isEmpty())
        .map(point -> row(contest, point))
        .toList();
  }

  private Row row(Contest contest, String point) {
    List<Pair> pairs = pairs(contest, point);
    List<Measured> ours = ours(contest, point);
    double bytes = ours.stream().mapToDouble(Measured::bytes).max().orElseThrow();
    return new Row(
        contest.row(point),
        contest.goal().applyAsDouble(point),
        Series.of(pairs.isEmpty() ? ours : pairs.stream().map(Pair::ours).toList()),
        bytes,
        pairs.isEmpty() ? null : Series.of(pairs.stream().map(Pair::reference).toList()),
        contest.reference());
  }
}
