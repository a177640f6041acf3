package io.sluice.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DPDK's own simple_mp, built from its package, as primary; at the addresses that it chooses. */
@RequiresRoot
@RequiresCommand({"gcc", "make", "pkg-config"})
@RequiresHugepages(kb = 2048, count = 32)
class SimpleMpBesideStockTest {
  private static final Path SOURCES = Path.of("/usr/share/dpdk/examples/multi_process/simple_mp");

  @TempDir private static Path folder;

  private static Path program;

  @BeforeAll
  static void build() throws IOException, InterruptedException {
    assumeTrue(Files.isDirectory(SOURCES), "needs the package dpdk-doc, which has DPDK's samples");
    try (Stream<Path> files = Files.list(SOURCES)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    Process make =
        new ProcessBuilder("make", "-C", folder.toString(), "shared")
            .redirectErrorStream(true)
            .start();
    String output = new String(make.getInputStream().readAllBytes());
    assertTrue(make.waitFor(1, TimeUnit.MINUTES) && make.exitValue() == 0, output);
    program = folder.resolve("build").resolve("simple_mp");
  }

  @Test
  void shouldPassWhatIsTypedBetweenTheStockPrimaryAndOurSecondary() {
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess stock =
          processes.stock(program, "-l 0,1 -m 32 --no-pci --no-telemetry --proc-type primary");
      stock.awaitLine("Starting core 1", SampleProcesses.LIMIT);
      for (int round = 0; round < 2; round++) {
        JavaProcess ours = processes.secondary("simple_mp", "--lcores 2@0,3@0", "");
        ours.awaitLine("Starting core 3", SampleProcesses.LIMIT);
        stock.send("send from_c" + round);
        ours.awaitLine("core 3: Received 'from_c" + round + "'$", SampleProcesses.LIMIT);
        ours.send("send from_java" + round);
        stock.awaitLine("core 1: Received 'from_java" + round + "'", SampleProcesses.LIMIT);
        ours.send("quit");
        assertEquals(0, ours.awaitExit(SampleProcesses.LIMIT));
      }
      stock.send("quit");
      assertEquals(0, stock.awaitExit(SampleProcesses.LIMIT));
    }
  }
}
