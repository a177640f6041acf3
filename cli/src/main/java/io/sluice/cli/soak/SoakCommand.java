package io.sluice.cli.soak;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.OptionValue;
import io.sluice.cli.processes.Console;
import io.sluice.platform.Libc;
import io.sluice.primary.Forwarding;
import io.sluice.primary.StopRequest;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code sluice soak}: containers, of which workers are killed, ended and replaced all the time.
 */
@Command(
    name = "soak",
    description = {
      "Sends frames through a primary, workers and a monitor, each in a container of its own,",
      "kills or ends a worker every few seconds, starts another, and compares every frame.",
      "Exit code 0 if nothing was lost but what killed workers had in hand, which is counted."
    },
    mixinStandardHelpOptions = true)
public final class SoakCommand implements Callable<Integer> {
  private static final int MAX_MINUTES = 100_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      defaultValue = "2",
      description = "How long (${DEFAULT-VALUE}).")
  private String minutes;

  @Option(
      names = "--workers",
      defaultValue = "2",
      description = "How many worker containers at a time (${DEFAULT-VALUE}).")
  private String workers;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "What chance follows from (${DEFAULT-VALUE}).")
  private String seed;

  @Option(
      names = "--image",
      description =
          "An image whose entry point is sluice; without one, containers have this machine's /usr.")
  private String image;

  @Override
  public Integer call() throws IOException {
    int length = (int) OptionValue.number(spec, "--minutes", minutes, 1, MAX_MINUTES);
    int processes = (int) OptionValue.number(spec, "--workers", workers, 1, Forwarding.MAX_WORKERS);
    long chance = OptionValue.number(spec, "--seed", seed, Long.MIN_VALUE, Long.MAX_VALUE);
    if (Libc.geteuid() != 0) {
      throw new CommandFailure("soak joins network namespaces of containers; run it as root");
    }
    // The JVM may be ending by a signal: it waits until the stop request is closed, so that
    // everything is removed and said by then.
    try (StopRequest stop = new StopRequest();
        Soak soak = new Soak(new Console(spec.commandLine().getOut()), stop, processes, chance)) {
      return run(soak, stop, length);
    }
  }

  private int run(Soak soak, StopRequest stop, int length) throws IOException {
    try {
      return soak.run(image, length) ? 0 : 1;
    } catch (CommandFailure e) {
      soak.close();
      return e.endCommand(spec, stop);
    }
  }
}
