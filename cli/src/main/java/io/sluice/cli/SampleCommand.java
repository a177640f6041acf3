package io.sluice.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice sample}: one of the sample programs, or the list of them. */
@Command(
    name = "sample",
    description = "Runs a sample program; lists them without a name.",
    customSynopsis = "sluice sample [--json | NAME [EAL options] [-- the sample's arguments]]")
final class SampleCommand implements Callable<Integer>, TakesEalOptions {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this help.")
  private boolean help;

  @Option(names = "--json", description = "Prints the list as JSON.")
  private boolean json;

  @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "The sample.")
  private String name;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "arguments",
      description = "EAL options as DPDK spells them, then -- and the sample's own.")
  private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() {
    List<Sample> samples = new ArrayList<>();
    ServiceLoader.load(Sample.class).forEach(samples::add);
    samples.sort(Comparator.comparing(Sample::name));
    if (name == null) {
      Table table = new Table("name", "what it shows");
      samples.forEach(sample -> table.add(sample.name(), sample.summary()));
      table.print(spec.commandLine().getOut(), json);
      return 0;
    }
    Sample chosen =
        samples.stream()
            .filter(sample -> sample.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    OptionValue.refused(
                        spec,
                        "no sample '" + name + "'",
                        String.join(", ", samples.stream().map(Sample::name).toList())));
    if (HelpRequest.isIn(arguments)) {
      spec.commandLine().getOut().println("Usage: sluice sample " + chosen.usage());
      spec.commandLine().getOut().println(chosen.summary());
      return 0;
    }
    return chosen.run(arguments.toArray(String[]::new));
  }
}
