package io.sluice.cli.processes;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a process has printed.
 *
 * @param lines in their order
 */
public record Said(List<String> lines) {
  /** Keeps the lines as they are now. */
  public Said {
    lines = List.copyOf(lines);
  }

  /** The last line that begins so, or null. */
  public String last(String start) {
    for (int i = lines.size() - 1; i >= 0; i--) {
      if (lines.get(i).startsWith(start)) {
        return lines.get(i);
      }
    }
    return null;
  }

  /** The {@code key=value} words of every line that begins so. */
  public List<Map<String, String>> values(String start) {
    return lines.stream().filter(line -> line.startsWith(start)).map(Said::words).toList();
  }

  /** The {@code key=value} words of a line; none of null. */
  public static Map<String, String> words(String line) {
    Map<String, String> words = new LinkedHashMap<>();
    for (String word : line == null ? new String[0] : line.split(" ")) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        words.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return words;
  }

  /** The number of a word, 0 if it was not said. */
  public static long number(Map<String, String> words, String key) {
    return Long.parseLong(words.getOrDefault(key, "0"));
  }
}
