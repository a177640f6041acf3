package io.sluice.cli;

import java.util.List;

/** {@code -h} or {@code --help} among EAL options, where picocli does not look for them. */
final class HelpRequest {
  private HelpRequest() {}

  /** Whether that is among these words, up to a {@code --} behind which they are the program's. */
  static boolean isIn(List<String> arguments) {
    int end = arguments.indexOf("--");
    List<String> options = end < 0 ? arguments : arguments.subList(0, end);
    return options.contains("-h") || options.contains("--help");
  }
}
