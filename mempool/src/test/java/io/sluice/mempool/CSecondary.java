package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.StockProgram;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A secondary of stock DPDK, which uses the pool and the rings that a primary of ours has made. */
final class CSecondary extends CProcess {
  static final int LCORE = 5;

  /**
   * Starts it and waits until it is ready.
   *
   * @param program that {@link #compile} made
   */
  CSecondary(Path program, String prefix) throws IOException {
    super(command(program, "--proc-type=secondary", "--file-prefix", prefix));
  }

  private static List<String> command(Path program, String... more) {
    List<String> command = new ArrayList<>(List.of(program.toString(), "--no-pci"));
    command.addAll(List.of("--no-telemetry", "--lcores", LCORE + "@0"));
    command.addAll(List.of(more));
    return command;
  }

  /** By which index it knows pools on rings. */
  static String opsIndex(Path program) throws IOException, InterruptedException {
    List<String> command =
        command(program, "--no-huge", "-m", "16", "--file-prefix", UniquePrefix.next());
    command.addAll(List.of("--", "index"));
    Matcher found =
        Pattern.compile("^index (\\d+)$", Pattern.MULTILINE)
            .matcher(StockProgram.run(command.toArray(String[]::new)));
    assertTrue(found.find());
    return found.group(1);
  }
}
