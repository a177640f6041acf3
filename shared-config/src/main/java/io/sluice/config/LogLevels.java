package io.sluice.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What {@code --log-level} says, as {@code eal_common_log.c}: of all, and of single components. */
final class LogLevels {
  static final LogLevels DEFAULT = new LogLevels(8, List.of());

  /** Of a component about which nothing is said, {@code RTE_LOG_INFO}. */
  private static final int INFO = 7;

  /** DPDK's names of the levels, from 1. */
  private static final List<String> NAMES =
      List.of("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug");

  /** The components in which the pattern is found, and their level. */
  private record Rule(Pattern components, int level) {}

  private final int all;
  private final List<Rule> rules;

  private LogLevels(int all, List<Rule> rules) {
    this.all = all;
    this.rules = rules;
  }

  /** These with one more option, of this value. */
  LogLevels with(String text) {
    // A comma comes first in DPDK too: a regular expression may have colons in it.
    int separator = text.indexOf(',') >= 0 ? text.indexOf(',') : text.indexOf(':');
    int level = level(text.substring(separator + 1), text);
    if (separator < 0) {
      return new LogLevels(level, rules);
    }
    String components = text.substring(0, separator);
    List<Rule> more = new ArrayList<>(rules);
    more.add(new Rule(pattern(components, text.charAt(separator) == ',', text), level));
    return new LogLevels(all, List.copyOf(more));
  }

  /** Up to which level a component logs. */
  int of(String component) {
    int level = INFO;
    for (Rule rule : rules) {
      level = rule.components.matcher(component).find() ? rule.level : level;
    }
    return Math.min(level, all);
  }

  /** A level by its number, or by its name or the beginning of one. */
  private static int level(String level, String text) {
    if (level.matches("[1-8]")) {
      return level.charAt(0) - '0';
    }
    for (int i = 0; i < NAMES.size() && !level.isEmpty(); i++) {
      if (NAMES.get(i).startsWith(level)) {
        return i + 1;
      }
    }
    throw refused(text);
  }

  private static Pattern pattern(String components, boolean regex, String text) {
    try {
      return Pattern.compile(regex ? components : "^" + ofShell(components) + "$");
    } catch (PatternSyntaxException e) {
      throw refused(text);
    }
  }

  private static String ofShell(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (char c : pattern.toCharArray()) {
      switch (c) {
        case '*' -> regex.append(".*");
        case '?' -> regex.append('.');
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return regex.toString();
  }

  private static EalOptionException refused(String text) {
    return new EalOptionException(
        "--log-level '"
            + text
            + "': accepted are LEVEL, PATTERN:LEVEL as in lib.*:debug, and REGEX,LEVEL, each with a"
            + " level of 1 to 8 or "
            + String.join(", ", NAMES));
  }
}
