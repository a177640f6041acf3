package io.sluice.cli;

import java.util.List;

/** A command line of EAL options, then {@code --} and the program's own. */
record Arguments(String[] eal, String[] own) {
  static Arguments split(List<String> all) {
    int dashes = all.indexOf("--");
    int end = dashes < 0 ? all.size() : dashes;
    int next = dashes < 0 ? end : end + 1;
    return new Arguments(
        all.subList(0, end).toArray(String[]::new),
        all.subList(next, all.size()).toArray(String[]::new));
  }
}
