package io.sluice.cli;

import io.sluice.config.EalOptions;
import io.sluice.secondary.Monitor;
import io.sluice.secondary.Secondary;
import io.sluice.secondary.SecondaryApp;
import io.sluice.secondary.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice secondary}: a built-in or a class of the user's in a secondary process. */
@Command(
    name = "secondary",
    description = "Runs a program in a process attached to a primary.",
    customSynopsis =
        "sluice secondary (worker | monitor | CLASS) [EAL options] [-- the program's arguments]")
final class SecondaryCommand implements Callable<Integer>, TakesEalOptions {
  private static final Map<String, Supplier<SecondaryApp>> BUILT_IN =
      Map.of("worker", () -> new Worker(SluiceCommand.BEGAN), "monitor", Monitor::new);

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this help.")
  private boolean help;

  @Parameters(
      index = "0",
      paramLabel = "CLASS",
      description =
          "worker, monitor, or a class that implements io.sluice.secondary.SecondaryApp and is on the class path"
              + " (SLUICE_CLASSPATH adds jars to it).")
  private String app;

  @Parameters(
      index = "1..*",
      paramLabel = "arguments",
      arity = "0..*",
      description = "EAL options as DPDK spells them, then -- and the program's own.")
  private List<String> arguments = new ArrayList<>();

  SecondaryCommand() {}

  /** With what picocli would have read out of arguments that {@link #isMeant} is true of. */
  SecondaryCommand(String[] args) {
    app = args[1];
    arguments = List.of(args).subList(2, args.length);
  }

  /** Whether that is a call of this command in which nothing is left to read for picocli. */
  static boolean isMeant(String[] args) {
    return args.length > 1
        && args[0].equals("secondary")
        && !args[1].startsWith("-")
        && !HelpRequest.isIn(List.of(args));
  }

  @Override
  public Integer call() throws Exception {
    if (HelpRequest.isIn(arguments)) {
      spec.commandLine().usage(spec.commandLine().getOut());
      return 0;
    }
    SecondaryApp program = program();
    EalOptions options = EalOptions.parse(arguments.toArray(String[]::new));
    try (Secondary secondary = Secondary.attach(options)) {
      secondary
          .stockVersion()
          .ifPresent(version -> System.err.println("secondary: the primary is DPDK " + version));
      program.run(secondary, options.remaining().toArray(String[]::new));
    }
    return 0;
  }

  private SecondaryApp program() {
    Supplier<SecondaryApp> builtIn = BUILT_IN.get(app);
    if (builtIn != null) {
      return builtIn.get();
    }
    try {
      return Class.forName(app).asSubclass(SecondaryApp.class).getConstructor().newInstance();
    } catch (ClassNotFoundException e) {
      throw new CommandFailure(
          "no class '" + app + "' on the class path; add its jar with SLUICE_CLASSPATH");
    } catch (ClassCastException e) {
      throw new CommandFailure(app + " does not implement " + SecondaryApp.class.getName());
    } catch (ReflectiveOperationException e) {
      throw new CommandFailure(
          app + " has no usable public constructor without arguments: " + e.getMessage());
    }
  }
}
