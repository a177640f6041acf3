package io.sluice.cli.processes;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

/**
 * The output of a command that runs for a while: lines, and progress, which on a terminal is one
 * line that changes. For one thread.
 */
public final class Console {
  private final PrintWriter out;
  private final boolean onTerminal = isTerminal();
  private boolean progressShown;

  /** Prints to {@code out}, which stays the caller's. */
  public Console(PrintWriter out) {
    this.out = out;
  }

  /** Of the output alone; a console is there with any input, too, from JDK 22 on. */
  private static boolean isTerminal() {
    try {
      String output = Path.of("/proc/self/fd/1").toRealPath().toString();
      return output.startsWith("/dev/pts/") || output.startsWith("/dev/tty");
    } catch (IOException e) {
      // A pipe has no path.
      return false;
    }
  }

  /** Shows how far it is, in place of what was shown last. */
  public void progress(String text) {
    out.print(onTerminal ? "\r" + text + "\033[K" : text + "\n");
    out.flush();
    progressShown = onTerminal;
  }

  /** What is printed next, by whomever, stands below the progress shown so far. */
  public void endProgress() {
    if (progressShown) {
      out.println();
      out.flush();
      progressShown = false;
    }
  }

  /** Prints a line. */
  public void say(String line) {
    endProgress();
    out.println(line);
    out.flush();
  }
}
