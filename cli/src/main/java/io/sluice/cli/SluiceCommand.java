package io.sluice.cli;

import io.sluice.cli.chaos.ChaosCommand;
import io.sluice.cli.demo.DemoCommand;
import io.sluice.cli.processes.ParentWatch;
import io.sluice.cli.soak.SoakCommand;
import io.sluice.platform.QuickStart;
import io.sluice.platform.SluiceException;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code sluice} command: every exit is 0, 1 with one line why, or 2 for a wrong call. */
@Command(
    name = "sluice",
    description = "A data plane for the JVM on DPDK's shared memory.",
    mixinStandardHelpOptions = true,
    version = "sluice 0.1.0",
    footer = {
      "The launcher ./sluice has one more:",
      "  test                             Runs every test, with all that they need."
    },
    subcommands = {
      DemoCommand.class,
      ChaosCommand.class,
      SoakCommand.class,
      BenchCommand.class,
      PrimaryCommand.class,
      SecondaryCommand.class,
      SampleCommand.class,
      PsCommand.class,
      RingCommand.class,
      MempoolCommand.class,
      MemzoneCommand.class,
      MemsegCommand.class,
      PortCommand.class,
      AuditCommand.class,
      CleanCommand.class,
      SetupCommand.class,
      DoctorCommand.class,
      HelpCommand.class
    })
public final class SluiceCommand implements Runnable {
  /** When the process came to its {@code main}, as {@link System#nanoTime}. */
  static final long BEGAN = System.nanoTime();

  @Spec private CommandSpec spec;

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    ParentWatch.start();
    TruncatedPages.endProcessWhenTouched();
    System.exit(SecondaryCommand.isMeant(args) ? runSecondary(args) : run(args));
  }

  /** Without picocli, whose start takes as long as all the rest of an attach. */
  private static int runSecondary(String[] args) {
    QuickStart.loadLibraries();
    try {
      return new SecondaryCommand(args).call();
    } catch (SluiceException | CommandFailure e) {
      System.err.println("sluice: " + e.getMessage());
    } catch (Exception e) {
      e.printStackTrace();
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** Runs one command and gives its exit code. */
  public static int run(String... args) {
    CommandLine commandLine = new CommandLine(new SluiceCommand());
    commandLine.addSubcommand(
        "completion", new AutoComplete.GenerateCompletion(), "generate-completion");
    commandLine.getSubcommands().values().stream()
        .filter(command -> command.getCommand() instanceof TakesEalOptions)
        .forEach(SluiceCommand::passOptionsThrough);
    commandLine.setExecutionExceptionHandler((e, command, parsed) -> explain(e, command));
    commandLine.setParameterExceptionHandler(SluiceCommand::explainCall);
    return commandLine.execute(args);
  }

  /** From its first argument on, all are EAL options or the program's, {@code --} included. */
  private static void passOptionsThrough(CommandLine command) {
    command
        .setUnmatchedOptionsArePositionalParams(true)
        .setStopAtPositional(true)
        .setEndOfOptionsDelimiter("\0");
  }

  private static int explain(Exception e, CommandLine command) throws Exception {
    if (e instanceof SluiceException || e instanceof CommandFailure) {
      command.getErr().println("sluice: " + e.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
    throw e;
  }

  private static int explainCall(ParameterException e, String[] args) {
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    e.getCommandLine().getErr().println(name + ": " + e.getMessage() + "; see " + name + " --help");
    return CommandLine.ExitCode.USAGE;
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
