package io.sluice.config;

import io.sluice.platform.Lcore;
import io.sluice.platform.LcoreMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The text of {@code -l} and {@code --lcores} ({@code eal_parse_lcores} of 22.11): elements behind
 * commas, each an lcore, a range {@code 2-5}, or a group {@code (1,3-4)}, and for a single lcore or
 * a group the CPUs behind an {@code @}, again a single one or a group. Without CPUs each lcore runs
 * on the CPU of its number, and the lcores of a group on all CPUs of the group's numbers.
 */
final class LcoresSyntax {
  private static final String ACCEPTED =
      "; accepted are lcores 0-127 as in 0-3,5 or 0@2,(1,3-4)@(0,1)";
  private static final int MAX_CPU = 1024;

  private final String option;
  private final String text;
  private int at;

  private LcoresSyntax(String option, String text) {
    this.option = option;
    this.text = text;
  }

  static LcoreMap parse(String option, String text) {
    return new LcoresSyntax(option, text.strip()).parse();
  }

  private LcoreMap parse() {
    TreeMap<Integer, Set<Integer>> map = new TreeMap<>();
    do {
      element(map);
    } while (take(','));
    if (at < text.length()) {
      throw wrong("unexpected '" + text.charAt(at) + "'");
    }
    return LcoreMap.of(map);
  }

  private void element(TreeMap<Integer, Set<Integer>> map) {
    boolean group = at < text.length() && text.charAt(at) == '(';
    Set<Integer> lcores = set(Lcore.MAX, "lcore");
    Set<Integer> cpus = null;
    if (at < text.length() && text.charAt(at) == '@') {
      if (!group && lcores.size() > 1) {
        throw wrong("a range before '@' must be in parentheses");
      }
      at++;
      cpus = set(MAX_CPU, "CPU");
    } else if (group) {
      cpus = lcores;
    }
    for (int lcore : lcores) {
      map.put(lcore, cpus == null ? Set.of(lcore) : cpus);
    }
  }

  private Set<Integer> set(int limit, String what) {
    Set<Integer> numbers = new TreeSet<>();
    if (!take('(')) {
      range(numbers, limit, what);
      return numbers;
    }
    do {
      range(numbers, limit, what);
    } while (take(','));
    if (!take(')')) {
      throw wrong("')' is missing");
    }
    return numbers;
  }

  private void range(Set<Integer> numbers, int limit, String what) {
    int first = number(limit, what);
    int last = take('-') ? number(limit, what) : first;
    for (int i = Math.min(first, last); i <= Math.max(first, last); i++) {
      numbers.add(i);
    }
  }

  private int number(int limit, String what) {
    int start = at;
    int value = 0;
    while (at < text.length() && Character.isDigit(text.charAt(at)) && at - start < 5) {
      value = value * 10 + text.charAt(at) - '0';
      at++;
    }
    if (at == start) {
      throw wrong(what + " number expected at position " + at);
    }
    if (value >= limit) {
      throw wrong(what + " " + value + " is above " + (limit - 1));
    }
    return value;
  }

  private boolean take(char wanted) {
    boolean found = at < text.length() && text.charAt(at) == wanted;
    if (found) {
      at++;
    }
    return found;
  }

  private EalOptionException wrong(String what) {
    return new EalOptionException(option + " '" + text + "': " + what + ACCEPTED);
  }
}
