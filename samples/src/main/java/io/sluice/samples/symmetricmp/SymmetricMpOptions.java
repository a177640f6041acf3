package io.sluice.samples.symmetricmp;

import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import io.sluice.samples.AppOptions;
import io.sluice.samples.PortMask;
import picocli.CommandLine.Option;

/** The options of symmetric_mp, those of DPDK's sample. */
final class SymmetricMpOptions {
  static final String USAGE =
      "symmetric_mp [EAL options] -- -p PORTMASK --num-procs=N --proc-id=ID";

  @Option(names = "-p", required = true)
  PortMask portMask;

  @Option(names = "--num-procs")
  int processes;

  @Option(names = "--proc-id", required = true)
  int id;

  private SymmetricMpOptions() {}

  static SymmetricMpOptions parse(boolean primary, String... args) {
    SymmetricMpOptions options = AppOptions.parse(new SymmetricMpOptions(), USAGE, args);
    if (primary && options.processes < 1) {
      throw new SluiceException(
          Errno.EINVAL, "--num-procs " + options.processes + " is not 1 or more; usage: " + USAGE);
    }
    if (options.id < 0 || options.processes > 0 && options.id >= options.processes) {
      throw new SluiceException(
          Errno.EINVAL,
          "--proc-id " + options.id + " is not 0 to --num-procs - 1; usage: " + USAGE);
    }
    return options;
  }
}
