package io.sluice.mempool;

import io.sluice.config.EalOptions;
import io.sluice.config.RuntimeDirectory;
import io.sluice.memzone.SharedMemory;
import io.sluice.testing.HugepageMounts;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A primary of stock DPDK, which makes a pool and rings. */
final class CPrimary extends CProcess {
  /** Where its memory begins. */
  static final long BASE = 0x200000000000L;

  final String prefix;

  /**
   * Starts it and waits until it is ready.
   *
   * @param program that {@link #compile} made
   */
  CPrimary(Path program, int ringFlags, String lcores, String... more) throws IOException {
    this(UniquePrefix.next(), program, ringFlags, lcores, more);
  }

  private CPrimary(String prefix, Path program, int ringFlags, String lcores, String... more)
      throws IOException {
    super(command(prefix, program, ringFlags, lcores, more));
    this.prefix = prefix;
  }

  private static List<String> command(
      String prefix, Path program, int ringFlags, String lcores, String... more)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString(), "--file-prefix", prefix));
    command.addAll(List.of("--base-virtaddr=0x" + Long.toHexString(BASE), "--no-pci"));
    command.addAll(List.of("--no-telemetry", "-l", lcores, "-m", "32"));
    // Growth must not fit in a page of 1 GB, which DPDK takes where it finds one.
    command.add("--huge-dir=" + HugepageMounts.of(2048).orElseThrow());
    command.addAll(List.of(more));
    command.addAll(List.of("--", "" + ringFlags));
    return command;
  }

  SharedMemory attach() {
    return SharedMemory.attach(
        EalOptions.parse("--proc-type", "secondary", "--file-prefix", prefix, "--no-pci"));
  }

  Path config() {
    return Path.of(RuntimeDirectory.of(prefix).path(), "config");
  }
}
