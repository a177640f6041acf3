package io.sluice.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows under headings, printed in columns or as JSON with the headings as names. */
public final class Table {
  private static final String GAP = "  ";

  private final List<String> headings;
  private final List<Object[]> rows = new ArrayList<>();

  /** A table without rows. */
  public Table(String... headings) {
    this.headings = List.of(headings);
  }

  /** Adds a row: one value per heading, null for none. */
  public void add(Object... row) {
    rows.add(row.clone());
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  /** One object per row; numbers stay numbers. */
  String toJson() {
    return json(rows.stream().map(this::object).toList());
  }

  private Map<String, Object> object(Object[] row) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < row.length; i++) {
      object.put(headings.get(i).replace(' ', '_'), row[i]);
    }
    return object;
  }

  private static String json(Object value) {
    try {
      return new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  void print(PrintWriter out, boolean json) {
    out.print(json ? toJson() + "\n" : toString());
    out.flush();
  }

  /** Prints the only row: a line for each heading, or one JSON object. */
  void printOnly(PrintWriter out, boolean json) {
    Object[] row = rows.get(0);
    if (json) {
      out.println(json(object(row)));
    } else {
      int width = headings.stream().mapToInt(String::length).max().orElse(0);
      for (int i = 0; i < row.length; i++) {
        String pad = " ".repeat(width - headings.get(i).length());
        out.println(headings.get(i) + pad + GAP + text(row[i]));
      }
    }
    out.flush();
  }

  @Override
  public String toString() {
    int[] widths = new int[headings.size()];
    boolean[] numeric = new boolean[widths.length];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = headings.get(i).length();
      numeric[i] = !rows.isEmpty();
      for (Object[] row : rows) {
        widths[i] = Math.max(widths[i], text(row[i]).length());
        numeric[i] &= row[i] instanceof Number;
      }
    }
    StringBuilder text = new StringBuilder();
    line(text, headings.stream().map(String::toUpperCase).toArray(), widths, numeric);
    rows.forEach(row -> line(text, row, widths, numeric));
    return text.toString();
  }

  private static String text(Object value) {
    return value == null ? "-" : value.toString();
  }

  private static void line(StringBuilder text, Object[] row, int[] widths, boolean[] numeric) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.length; i++) {
      String value = text(row[i]);
      String pad = " ".repeat(widths[i] - value.length());
      line.append(i == 0 ? "" : GAP).append(numeric[i] ? pad + value : value + pad);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }
}
