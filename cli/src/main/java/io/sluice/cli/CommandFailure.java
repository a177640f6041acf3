package io.sluice.cli;

/** A command that cannot go on; its message is the one line that the user sees. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Makes it. */
  public CommandFailure(String message) {
    super(message);
  }
}
