package io.sluice.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What a primary with ports takes behind {@code --}. */
@Command(name = "primary's own", sortOptions = false)
final class ForwardingOptions {
  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "2",
      description = "How many workers there can be at once (${DEFAULT-VALUE}).")
  private int workers;

  @Option(
      names = "--ring-size",
      paramLabel = "N",
      defaultValue = "256",
      description = "Size of each worker's two rings, a power of two (${DEFAULT-VALUE}).")
  private int ringSize;

  @Option(
      names = "--mbufs",
      paramLabel = "N",
      defaultValue = "8191",
      description = "Mbufs in the pool (${DEFAULT-VALUE}).")
  private int mbufs;

  @Option(
      names = "--idle",
      paramLabel = "STRATEGY",
      defaultValue = "adaptive",
      description = "spin, yield, park or adaptive (${DEFAULT-VALUE}).")
  private String idle;

  private ForwardingOptions() {}

  static ForwardingOptions parse(List<String> arguments) {
    ForwardingOptions options = new ForwardingOptions();
    try {
      new CommandLine(options).parseArgs(arguments.toArray(String[]::new));
    } catch (ParameterException e) {
      throw new CommandFailure(
          "behind --: " + e.getMessage() + "; accepted: --workers, --ring-size, --mbufs, --idle");
    }
    return options;
  }

  /** The lines of these options for a help text. */
  static String help() {
    CommandLine.Help help = new CommandLine.Help(new ForwardingOptions());
    return help.optionList();
  }

  int workers() {
    return workers;
  }

  int ringSize() {
    return ringSize;
  }

  int mbufs() {
    return mbufs;
  }

  String idle() {
    return idle;
  }
}
