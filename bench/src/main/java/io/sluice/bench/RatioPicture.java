package io.sluice.bench;

import java.util.List;
import java.util.Locale;

/**
 * The ratios as SVG: one bar for each row from 1, where both sides are equal, to the left if Sluice
 * is faster. The scale is logarithmic, so that twice and half are equally far.
 */
final class RatioPicture {
  private static final int ROW_HEIGHT = 18;
  private static final int TOP = 48;
  private static final int LABELS = 260;
  private static final int SCALE = 520;
  private static final int MARGIN = 70;
  private static final double LIMIT = 8;
  private static final double[] TICKS = {0.125, 0.25, 0.5, 1, 2, 4, 8};

  private final StringBuilder svg = new StringBuilder();

  private RatioPicture() {}

  static String of(List<Row> rows) {
    return new RatioPicture().draw(rows.stream().filter(Row::isCompared).toList());
  }

  /** Where a ratio lies; those beyond the scale lie at its end. */
  private static double x(double ratio) {
    double log = Math.log(ratio) / Math.log(LIMIT);
    return LABELS + SCALE / 2.0 * (1 + Math.max(-1, Math.min(1, log)));
  }

  private String draw(List<Row> rows) {
    int height = TOP + rows.size() * ROW_HEIGHT + 16;
    add(
        "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='sans-serif'"
            + " font-size='11'>",
        LABELS + SCALE + MARGIN, height);
    add("<rect width='100%%' height='100%%' fill='white'/>");
    add(
        "<text x='%d' y='16' font-size='13'>Time of Sluice / time of the other side"
            + " (left of 1: Sluice is faster)</text>",
        8);
    for (double tick : TICKS) {
      add(
          "<line x1='%1$.1f' y1='%2$d' x2='%1$.1f' y2='%3$d' stroke='%4$s'/>",
          x(tick), TOP - 8, height - 10, tick == 1 ? "black" : "#ddd");
      add("<text x='%.1f' y='%d' text-anchor='middle'>%s</text>", x(tick), TOP - 12, label(tick));
    }
    for (int i = 0; i < rows.size(); i++) {
      bar(rows.get(i), TOP + i * ROW_HEIGHT);
    }
    add("</svg>");
    return svg.toString();
  }

  private static String label(double tick) {
    return tick == Math.rint(tick) ? Integer.toString((int) tick) : Double.toString(tick);
  }

  private void bar(Row row, int y) {
    double end = x(row.ratio());
    double one = x(1);
    String against = row.isAgainstC() ? " vs " + row.other().label() : "";
    add(
        "<text x='%d' y='%d' text-anchor='end'>%s%s</text>",
        LABELS - 8, y + 12, row.name(), against);
    add(
        "<rect x='%.1f' y='%d' width='%.1f' height='%d' fill='%s'/>",
        Math.min(end, one),
        y + 3,
        Math.max(1, Math.abs(end - one)),
        ROW_HEIGHT - 6,
        row.isGoalMet() ? "#2a7f62" : "#c2543d");
    boolean left = end < one;
    boolean inside = row.ratio() < 1 / LIMIT;
    add(
        "<text x='%.1f' y='%d' text-anchor='%s' fill='%s'>%.2f</text>",
        left && !inside ? end - 4 : end + 4,
        y + 12,
        left && !inside ? "end" : "start",
        inside ? "white" : "black",
        row.ratio());
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
