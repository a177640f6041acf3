package io.sluice.cli;

import io.sluice.cli.processes.Console;
import io.sluice.primary.StopRequest;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice bench}: how fast it is, beside DPDK's own library in C, in one run. */
@Command(
    name = "bench",
    description = {
      "Measures rings, pools and forwarding beside DPDK's own library in C, and others.",
      "The ratios are time taken by Sluice over time taken by the other side, smaller is better."
    },
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--rows",
      paramLabel = "PATTERN",
      defaultValue = "",
      description = "Only rows in whose name this regular expression is found.")
  private String rows;

  @Option(names = "--quick", description = "Fewer rounds and shorter ones: under 5 minutes.")
  private boolean quick;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the results there as JSON.")
  private Path json;

  @Option(names = "--picture", paramLabel = "FILE", description = "Draws the ratios there, as SVG.")
  private Path picture;

  @Option(
      names = "--page",
      paramLabel = "FILE",
      description = "Writes the results and the machine there, as Markdown.")
  private Path page;

  @Option(
      names = "--soak",
      paramLabel = "MINUTES",
      description = {
        "In place of the rows: a million packets a second over a worker process for so long;",
        "prints what a packet takes and how many garbage collections there were."
      })
  private Integer soak;

  @Option(
      names = "--histogram",
      paramLabel = "FILE",
      description = "With --soak, writes the distribution there, as HdrHistogram prints it.")
  private Path histogram;

  @Option(
      names = "--jmh",
      description =
          "In place of the rows: what one thread does, under JMH; --rows names benchmarks.")
  private boolean jmh;

  @Override
  public Integer call() {
    if (soak == null && histogram != null) {
      throw OptionValue.refused(spec, "--histogram without --soak", "both, or neither");
    }
    if (soak != null && soak < 1) {
      throw OptionValue.refused(spec, "--soak " + soak, "a number of minutes from 1 on");
    }
    Benchmarks.Options options = new Benchmarks.Options(pattern(), quick, json, picture, page);
    Benchmarks benchmarks =
        ServiceLoader.load(Benchmarks.class)
            .findFirst()
            .orElseThrow(
                () -> new CommandFailure("no benchmarks on the class path; run it by ./sluice"));
    try (StopRequest stop = new StopRequest()) {
      Console console = new Console(spec.commandLine().getOut());
      if (jmh) {
        benchmarks.jmh(options.rows(), quick);
      } else if (soak != null) {
        benchmarks.soak(soak, histogram, console, stop);
      } else {
        benchmarks.run(options, console, stop);
      }
    }
    return 0;
  }

  private Pattern pattern() {
    try {
      return Pattern.compile(rows);
    } catch (PatternSyntaxException e) {
      throw OptionValue.refused(
          spec, "--rows '" + rows + "': " + e.getDescription(), "a regular expression");
    }
  }
}
