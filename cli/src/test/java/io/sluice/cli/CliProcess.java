package io.sluice.cli;

import io.sluice.testing.JavaProcess;
import java.nio.file.Path;
import java.util.List;

/** The {@code sluice} command in a JVM of its own, as a user runs it. */
public final class CliProcess {
  private CliProcess() {}

  /** Starts it with these arguments. */
  public static JavaProcess start(String... arguments) {
    return JavaProcess.start(SluiceCommand.class, List.of("-Xmx128m"), arguments);
  }

  /** Starts it behind the words of a command that execs it. */
  public static JavaProcess startBehind(List<String> command, String... arguments) {
    return JavaProcess.start(command, SluiceCommand.class, List.of("-Xmx128m"), arguments);
  }

  /** Starts it as a user who is not root, but may read root's Maven repository; only root can. */
  public static JavaProcess startAsNobody(Path home, String... arguments) {
    List<String> asNobody =
        List.of(
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "--inh-caps=+dac_read_search",
            "--ambient-caps=+dac_read_search",
            "env",
            "HOME=" + home);
    return JavaProcess.start(asNobody, SluiceCommand.class, List.of("-Xmx128m"), arguments);
  }
}
