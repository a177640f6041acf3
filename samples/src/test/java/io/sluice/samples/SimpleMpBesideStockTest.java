package io.sluice.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.platform.Lcore;
import io.sluice.secondary.Secondary;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.StockProgram;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DPDK's own simple_mp, built from its package, and ours, each as the other's primary. */
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
    StockProgram.run("make", "-C", folder.toString(), "shared");
    program = folder.resolve("build").resolve("simple_mp");
  }

  /** By which index the stock program knows pools on rings; our primary has to be told. */
  private static String opsIndex() throws IOException, InterruptedException {
    Path printer = StockProgram.compile(SimpleMpBesideStockTest.class, "mempool_ops.c", folder);
    String eal = "--no-huge --no-pci --no-telemetry -m 16 --file-prefix " + UniquePrefix.next();
    List<String> command = new ArrayList<>(List.of(printer.toString()));
    command.addAll(List.of(eal.split(" ")));
    command.addAll(List.of("--", "ring_mp_mc"));
    Matcher found =
        Pattern.compile("^index (\\d+)$", Pattern.MULTILINE)
            .matcher(StockProgram.run(command.toArray(String[]::new)));
    assertTrue(found.find());
    return found.group(1);
  }

  /** What is typed at either, to one secondary after the other. */
  private static void assertPass(JavaProcess primary, Supplier<JavaProcess> secondaries) {
    primary.awaitLine("Starting core 1", SampleProcesses.LIMIT);
    for (int round = 0; round < 2; round++) {
      JavaProcess secondary = secondaries.get();
      secondary.awaitLine("Starting core 3", SampleProcesses.LIMIT);
      primary.send("send down" + round);
      secondary.awaitLine("core 3: Received 'down" + round + "'$", SampleProcesses.LIMIT);
      secondary.send("send up" + round);
      primary.awaitLine("core 1: Received 'up" + round + "'$", SampleProcesses.LIMIT);
      secondary.send("quit");
      assertEquals(0, secondary.awaitExit(SampleProcesses.LIMIT));
    }
    primary.send("quit");
    assertEquals(0, primary.awaitExit(SampleProcesses.LIMIT));
  }

  @Test
  void shouldPassWhatIsTypedBetweenTheStockPrimaryAndOurSecondary() {
    try (SampleProcesses processes = new SampleProcesses()) {
      assertPass(
          processes.stock(program, "-l 0,1 -m 32 --no-pci --no-telemetry --proc-type primary"),
          () -> processes.secondary("simple_mp", "--lcores 2@0,3@0", ""));
    }
  }

  @Test
  void shouldPassWhatIsTypedBetweenOurPrimaryAndTheStockSecondary() throws Exception {
    try (SampleProcesses processes = new SampleProcesses()) {
      assertPass(
          processes.hugePrimary("simple_mp", "-l 0,1 --mempool-ops-index " + opsIndex()),
          () ->
              processes.stock(
                  program, "--lcores 2@0,3@0 --no-pci --no-telemetry --proc-type secondary"));
    }
  }

  /** What the others are compared with. */
  @Test
  void shouldPassWhatIsTypedBetweenTwoStockProcesses() {
    try (SampleProcesses processes = new SampleProcesses()) {
      assertPass(
          processes.stock(program, "-l 0,1 -m 32 --no-pci --no-telemetry --proc-type primary"),
          () ->
              processes.stock(
                  program, "--lcores 2@0,3@0 --no-pci --no-telemetry --proc-type secondary"));
    }
  }

  @Test
  void shouldWarnOfLcoresThatTheStockPrimaryRunsAndTakeAnotherIfAskedForNone() throws Exception {
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess stock =
          processes.stock(
              program,
              "-l 0,1 -m 32 --no-pci --no-telemetry --proc-type primary"
                  + " --base-virtaddr=0x200000000000");
      stock.awaitLine("Starting core 1", SampleProcesses.LIMIT);
      JavaProcess ours = processes.secondary("simple_mp", "--lcores 1@0,2@0", "");
      ours.awaitLine(
          "lcores \\[1\\] are the primary's \\(pid " + stock.pid() + "\\) too",
          SampleProcesses.LIMIT);
      ours.awaitLine("Starting core 2", SampleProcesses.LIMIT);
      try (Secondary without = Secondary.attach(processes.secondaryOptions())) {
        assertEquals(Lcore.MAX - 1, without.lcores().runOnMain(Lcore::id));
      }
    }
  }
}
