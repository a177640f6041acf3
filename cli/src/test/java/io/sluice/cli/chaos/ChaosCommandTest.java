package io.sluice.cli.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cli.CliProcess;
import io.sluice.cli.Leftovers;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small chaos runs, as a user starts them: the verdict, the exit code, and what is left behind. */
@Tag("deaths")
class ChaosCommandTest {
  private static final Duration LIMIT = Duration.ofSeconds(180);

  @TempDir Path directory;

  private static String last(JavaProcess chaos) {
    List<String> lines = chaos.stdout();
    return lines.get(lines.size() - 1);
  }

  private static void assertPasses(JavaProcess chaos, int kills) throws IOException {
    assertEquals(0, chaos.awaitExit(LIMIT), () -> String.join("\n", chaos.stdout()));
    String line =
        "chaos: kills=" + kills + " stuck=0 lost=0 leaked=0 corrupted=0 worst_stall_ms=\\d+";
    assertTrue(last(chaos).matches(line), () -> String.join("\n", chaos.stdout()));
    assertLeavesNothing(chaos.pid());
  }

  private static void assertLeavesNothing(long pid) throws IOException {
    assertEquals(List.of(), Leftovers.of("chaos-" + pid));
    assertEquals(List.of(), CliProcess.workFolders("chaos-" + pid));
  }

  @Test
  void shouldLoseNothingWhenProcessesAreKilled() throws IOException {
    try (JavaProcess chaos =
        CliProcess.start("chaos", "--kills", "12", "--seed", "7", "--primary-every", "5")) {
      assertPasses(chaos, 12);
      String output = String.join("\n", chaos.stdout());
      assertTrue(output.contains("chaos: kills 12 of 12"), output);
      // At the 5th and the 10th kill, and those that die again at adopting.
      assertTrue(output.matches("(?s).*the primary [2-9] times.*"), output);
    }
  }

  @Test
  @RequiresRoot
  @RequiresCommand("setpriv")
  void shouldNeedNeitherRootNorHugepages() throws IOException {
    try (JavaProcess chaos =
        CliProcess.startAsNobody(directory, "chaos", "--kills", "3", "--seed", "1")) {
      assertPasses(chaos, 3);
      assertTrue(String.join("\n", chaos.stdout()).contains("plain shared files"));
    }
  }

  @Test
  void shouldLeaveNothingWhenInterrupted() throws IOException {
    try (JavaProcess chaos = CliProcess.start("chaos", "--kills", "1000")) {
      chaos.awaitLine("chaos: kills ", LIMIT);
      chaos.signal("INT");
      assertEquals(130, chaos.awaitExit(LIMIT), () -> String.join("\n", chaos.stdout()));
      assertEquals("sluice: interrupted", last(chaos));
      assertLeavesNothing(chaos.pid());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--kills -1 | --kills -1; accepted: 0-1000000",
        "--primary-every -1 | --primary-every -1; accepted: 0-1000000",
        "--seed x | --seed x; accepted: whole numbers of 64 bits"
      })
  void shouldRefuseInOneLineBeforeAnythingIsMade(String options, String message)
      throws IOException {
    try (JavaProcess chaos = CliProcess.start(("chaos " + options).split(" "))) {
      assertEquals(2, chaos.awaitExit(LIMIT));
      assertEquals(
          List.of("sluice chaos: " + message + "; see sluice chaos --help"), chaos.stdout());
      assertLeavesNothing(chaos.pid());
    }
  }
}
