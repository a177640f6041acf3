package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.RequiresCommand;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The model of {@link ProtectedClaims}, in every order of steps and deaths, by spin: {@code
 * src/test/promela/protected_claims.pml}.
 */
@RequiresCommand({"spin", "gcc"})
class ClaimsModelTest {
  private static final long LIMIT_MINUTES = 10;

  private static String run(Path directory, String... command)
      throws IOException, InterruptedException {
    File output = directory.resolve("output").toFile();
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output)
            .start();
    try {
      assertTrue(process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES), () -> String.join(" ", command));
      String printed = java.nio.file.Files.readString(output.toPath(), StandardCharsets.UTF_8);
      assertEquals(0, process.exitValue(), printed);
      return printed;
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void shouldTakeNothingFromTheLiveAndLetThemEndWhoeverDiesWhere(@TempDir Path directory)
      throws Exception {
    String model = Path.of("src/test/promela/protected_claims.pml").toAbsolutePath().toString();
    run(directory, "spin", "-a", model);
    run(directory, "gcc", "-w", "-O2", "-DNFAIR=5", "-DMEMLIM=4000", "-o", "pan", "pan.c");
    // Acceptance cycles, with weak fairness: a live process that never ends is one.
    String report = run(directory, "./pan", "-m1000000", "-a", "-f", "-N", "liveEnds");
    assertTrue(report.contains("errors: 0"), report);
    assertTrue(!report.contains("Search not completed"), report);
  }
}
