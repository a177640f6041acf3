package io.sluice.bench;

import io.sluice.cli.Table;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The rows as a terminal shows them. */
final class ResultTable {
  private static final double NANOS_PER_MILLI = 1e6;

  private ResultTable() {}

  static String of(List<Row> rows) {
    Table table =
        new Table(
            "row",
            "sluice ns",
            "spread",
            "bytes",
            "other",
            "ns",
            "spread",
            "cpus apart",
            "ratio",
            "goal");
    for (Row row : rows) {
      Series reference = row.reference();
      table.add(
          row.name(),
          nanos(row.ours()),
          spread(row.ours()),
          bytes(row),
          reference == null ? null : row.other().label(),
          reference == null ? null : nanos(reference),
          reference == null ? null : spread(reference),
          cpusApart(row),
          reference == null ? null : ratio(row),
          goal(row));
    }
    return table.toString();
  }

  /**
   * The last line: how many rows with a goal are as fast as C, and which is the furthest behind.
   */
  static String summary(List<Row> rows) {
    List<Row> againstC = rows.stream().filter(Row::isAgainstC).filter(Row::hasGoal).toList();
    long ahead = againstC.stream().filter(row -> row.ratio() <= 1).count();
    String worst =
        againstC.stream()
            .max(Comparator.comparingDouble(Row::ratio))
            .map(row -> ratio(row) + " (" + row.name() + ")")
            .orElse("- (nothing against C)");
    return "bench: rows=" + againstC.size() + " at_or_ahead_of_C=" + ahead + " worst=" + worst;
  }

  /** Whether anything was allocated on the way of an element, where that is measured. */
  static String allocation(List<Row> rows) {
    List<Row> measured = rows.stream().filter(row -> !Double.isNaN(row.bytes())).toList();
    List<String> allocating =
        measured.stream().filter(row -> row.bytes() > 0).map(Row::name).toList();
    return allocating.isEmpty()
        ? "bench: not one byte allocated in " + measured.size() + " rows"
        : "bench: allocated in "
            + allocating.size()
            + " of "
            + measured.size()
            + " rows: "
            + allocating;
  }

  /** Two digits, and none where nothing was allocated at all; nothing where it is not measured. */
  static String bytes(Row row) {
    if (Double.isNaN(row.bytes())) {
      return "-";
    }
    return row.bytes() == 0 ? "0" : String.format(Locale.ROOT, "%.2f", row.bytes());
  }

  /** Whether it is what a process takes to start, and not an element's time. */
  static boolean isOfProcess(Series series) {
    return series.median() >= NANOS_PER_MILLI;
  }

  /** Those of processes in milliseconds, with the unit. */
  static String nanos(Series series) {
    return isOfProcess(series)
        ? String.format(Locale.ROOT, "%.1f ms", series.median() / NANOS_PER_MILLI)
        : String.format(Locale.ROOT, "%.2f", series.median());
  }

  static String spread(Series series) {
    return String.format(Locale.ROOT, "%.0f%%", series.spread() * 100);
  }

  static String ratio(Row row) {
    return String.format(Locale.ROOT, "%.2f", row.ratio());
  }

  /** In nanoseconds, there and back; of both sides where one of them met them further apart. */
  static String cpusApart(Row row) {
    if (row.isOnOneCpu()) {
      return null;
    }
    double ours = row.ours().medianApart();
    return row.isAlike()
        ? String.format(Locale.ROOT, "%.0f ns", ours)
        : String.format(Locale.ROOT, "%.0f / %.0f ns", ours, row.reference().medianApart());
  }

  static String goal(Row row) {
    if (!row.hasGoal()) {
      return "-";
    }
    String goal = String.format(Locale.ROOT, "%.2f", row.goal());
    return !row.isCompared() || row.isGoalMet() ? goal : goal + " missed";
  }
}
