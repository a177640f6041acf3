package io.sluice.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** The results as a page for the docs. */
final class ResultPage {
  private ResultPage() {}

  static String of(List<Row> rows, Machine machine, int rounds, Path picture) {
    StringBuilder page = new StringBuilder();
    page.append("<!-- Written by ./sluice bench; run it again rather than edit it. -->\n");
    page.append("Measured on ").append(machine.describe()).append(", ").append(rounds);
    page.append(" rounds; nanoseconds are those of one element, medians of the rounds.\n");
    page.append('`').append(ResultTable.allocation(rows)).append("`\n");
    page.append('`').append(ResultTable.summary(rows)).append("`\n\n");
    if (picture != null) {
      page.append("![ratios](").append(picture.getFileName()).append(")\n\n");
    }
    page.append(
        "| row | Sluice ns | cycles | spread | other | ns | spread | CPUs apart | ratio | goal |\n");
    page.append("|---|---:|---:|---:|---|---:|---:|---:|---:|---:|\n");
    for (Row row : rows) {
      Series reference = row.reference();
      page.append(
          line(
              row.name(),
              ResultTable.nanos(row.ours()),
              ResultTable.isOfProcess(row.ours())
                  ? ""
                  : String.format(Locale.ROOT, "%.1f", row.ours().median() * machine.tscGhz()),
              ResultTable.spread(row.ours()),
              reference == null ? "" : row.other().label(),
              reference == null ? "" : ResultTable.nanos(reference),
              reference == null ? "" : ResultTable.spread(reference),
              Objects.requireNonNullElse(ResultTable.cpusApart(row), ""),
              reference == null ? "" : ResultTable.ratio(row),
              ResultTable.goal(row)));
    }
    return page.toString();
  }

  private static String line(String... cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }
}
