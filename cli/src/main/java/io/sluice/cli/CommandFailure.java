package io.sluice.cli;

import io.sluice.primary.StopRequest;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** A command that cannot go on; its message is the one line that the user sees. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Makes it. */
  public CommandFailure(String message) {
    super(message);
  }

  /**
   * Says it, for a command that a signal may have ended: once the user wants it to end, whatever
   * fails is a consequence.
   *
   * @return the exit code
   */
  public int endCommand(CommandSpec spec, StopRequest stop) {
    String why = stop.isRequested() ? "interrupted" : getMessage();
    spec.commandLine().getErr().println("sluice: " + why);
    return CommandLine.ExitCode.SOFTWARE;
  }
}
