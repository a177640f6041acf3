package io.sluice.cli;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The options of every command that looks at a primary's memory without joining it. */
final class ObserverOptions {
  @Option(
      names = "--file-prefix",
      paramLabel = "PREFIX",
      defaultValue = "rte",
      description = "Whose memory to look at (${DEFAULT-VALUE}).")
  private String filePrefix;

  @Option(names = "--json", description = "Prints JSON.")
  private boolean json;

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  /** Maps the primary's memory for reading; the caller closes it. */
  SharedMemory observe() {
    String prefix = OptionValue.filePrefix(spec, filePrefix);
    return SharedMemory.observe(EalOptions.parse("--file-prefix", prefix));
  }

  /** Reads a whole number from 0 that is no option's but stands by itself. */
  int number(String name, String text) {
    return (int) OptionValue.number(spec, name, text, 0, Integer.MAX_VALUE);
  }

  void print(Table table) {
    table.print(spec.commandLine().getOut(), json);
  }

  /** Prints a line for people; in JSON there is no room for one. */
  void note(String line) {
    if (!json) {
      spec.commandLine().getOut().println(line);
      spec.commandLine().getOut().flush();
    }
  }

  /** Prints one thing's properties: a line each, or one JSON object. */
  void print(Map<String, Object> properties) {
    Table table = new Table(properties.keySet().toArray(String[]::new));
    table.add(properties.values().toArray());
    table.printOnly(spec.commandLine().getOut(), json);
  }

  /** Prints one thing: its dump, or as JSON the object that the list has of it. */
  void print(Table row, String dump) {
    if (json) {
      row.printOnly(spec.commandLine().getOut(), true);
    } else {
      spec.commandLine().getOut().print(dump);
      spec.commandLine().getOut().flush();
    }
  }
}
