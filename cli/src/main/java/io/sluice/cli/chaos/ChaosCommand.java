package io.sluice.cli.chaos;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.OptionValue;
import io.sluice.cli.processes.Console;
import io.sluice.primary.StopRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice chaos}: processes are killed under load, and everything is counted afterwards. */
@Command(
    name = "chaos",
    description = {
      "Passes packets through a generator, four workers and a sink, kills, stops and replaces them"
          + " at random moments, and counts in the end.",
      "Exit code 0 if as many were killed as told, and nothing was stuck, lost, leaked or corrupted."
    },
    mixinStandardHelpOptions = true)
public final class ChaosCommand implements Callable<Integer> {
  private static final int MAX_KILLS = 1_000_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--kills",
      defaultValue = "100",
      description = "How many processes to kill (${DEFAULT-VALUE}).")
  private String kills;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "What chance follows from (${DEFAULT-VALUE}).")
  private String seed;

  @Option(
      names = "--primary-every",
      paramLabel = "N",
      defaultValue = "50",
      description = "Each how-manieth death is the primary's, 0 for none (${DEFAULT-VALUE}).")
  private String primaryEvery;

  @Override
  public Integer call() {
    int deaths = (int) OptionValue.number(spec, "--kills", kills, 0, MAX_KILLS);
    long chance = OptionValue.number(spec, "--seed", seed, Long.MIN_VALUE, Long.MAX_VALUE);
    int every = (int) OptionValue.number(spec, "--primary-every", primaryEvery, 0, MAX_KILLS);
    // The JVM may be ending by a signal: it waits until the stop request is closed, so that
    // everything is removed and said by then.
    try (StopRequest stop = new StopRequest();
        ChaosRun run =
            new ChaosRun(new Console(spec.commandLine().getOut()), stop, deaths, chance, every)) {
      return run(run, stop);
    }
  }

  private int run(ChaosRun run, StopRequest stop) {
    try {
      return run.run() ? 0 : 1;
    } catch (CommandFailure e) {
      run.close();
      return e.endCommand(spec, stop);
    }
  }
}
