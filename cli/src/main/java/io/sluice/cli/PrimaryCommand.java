package io.sluice.cli;

import io.sluice.config.EalOptions;
import io.sluice.primary.Primary;
import io.sluice.primary.StopRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice primary}: the shared memory, until SIGINT or SIGTERM. */
@Command(
    name = "primary",
    description = "Runs a primary process: shared memory that secondaries attach to.",
    customSynopsis = "sluice primary [EAL options]")
final class PrimaryCommand implements Callable<Integer>, TakesEalOptions {
  private static final long POLL_NANOS = 20_000_000;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this help.")
  private boolean help;

  @Parameters(paramLabel = "EAL options", arity = "0..*", description = "As DPDK spells them.")
  private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() {
    EalOptions options = EalOptions.parse(arguments.toArray(String[]::new));
    try (StopRequest stop = new StopRequest();
        Primary primary = Primary.start(options)) {
      spec.commandLine()
          .getOut()
          .println(
              "primary: ready, prefix "
                  + options.filePrefix()
                  + (primary.memory().isHugepageBacked() ? ", hugepages" : ", plain shared files"));
      spec.commandLine().getOut().flush();
      while (!stop.isRequested()) {
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
    return 0;
  }
}
