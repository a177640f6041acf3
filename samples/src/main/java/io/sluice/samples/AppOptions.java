package io.sluice.samples;

import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import picocli.CommandLine;

/** Parses a sample's own options, those after {@code --}. */
public final class AppOptions {
  private AppOptions() {}

  /**
   * Fills the {@code @Option} fields of {@code options}.
   *
   * @throws SluiceException one line: what was wrong, and the usage
   */
  public static <T> T parse(T options, String usage, String... args) {
    CommandLine commandLine =
        new CommandLine(options)
            .registerConverter(PortMask.class, PortMask::parse)
            .setOverwrittenOptionsAllowed(true);
    try {
      commandLine.parseArgs(args);
      return options;
    } catch (CommandLine.ParameterException e) {
      throw new SluiceException(
          Errno.EINVAL, e.getMessage().lines().findFirst().orElse("") + "; usage: " + usage);
    }
  }
}
