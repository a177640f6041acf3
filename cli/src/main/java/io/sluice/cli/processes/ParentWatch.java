package io.sluice.cli.processes;

import io.sluice.platform.Libc;
import io.sluice.platform.Processes;

/**
 * In a process that a command has started as its {@link Child}: ends it once the command is gone.
 * Whoever kills the command with SIGKILL, or out of memory, would leave it to run for ever.
 */
public final class ParentWatch {
  private static final String PARENT = "sluice.parent";
  private static final int SIGTERM = 15;

  private ParentWatch() {}

  /** The flag of a child's JVM that says whose it is. */
  static String flag() {
    return "-D" + PARENT + "=" + Libc.getpid();
  }

  /** Watches from now on, and has this process end in order; in no child it does nothing. */
  public static void start() {
    start(() -> Processes.signal(Libc.getpid(), SIGTERM));
  }

  /** As the other, for what has another way to end. */
  public static void start(Runnable end) {
    Long parent = Long.getLong(PARENT);
    if (parent != null) {
      ProcessHandle.of(parent).ifPresentOrElse(command -> command.onExit().thenRun(end), end);
    }
  }
}
