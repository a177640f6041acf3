package io.sluice.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.cli.SluiceCommand;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command itself, on rows that are soon done; how fast they are is nothing to test. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BenchRunTest {
  private static final Duration LIMIT = Duration.ofSeconds(180);
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

  @TempDir Path folder;

  private static JavaProcess bench(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "bench";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return JavaProcess.start(
        SluiceCommand.class, List.of("-Xmx256m", "-Dsluice.home=" + PROJECT), all);
  }

  @Test
  @RequiresCommand({"gcc", "pkg-config"})
  void shouldMeasureBothSidesInTurnAndWriteWhatWasAskedFor() throws IOException {
    Path json = folder.resolve("result.json");
    Path picture = folder.resolve("result.svg");
    try (JavaProcess run =
        bench(
            "--quick",
            "--rows",
            "^mbuf",
            "--json",
            json.toString(),
            "--picture",
            picture.toString())) {
      assertEquals(0, run.awaitExit(LIMIT), () -> String.join("\n", run.stdout()));
      List<String> lines = run.stdout();
      assertTrue(
          lines
              .get(lines.size() - 1)
              .matches("bench: rows=5 at_or_ahead_of_C=[0-5] worst=.* \\(mbuf \\d+\\)"),
          () -> String.join("\n", lines));
      assertFalse(Files.exists(Path.of("/var/run/dpdk/bench-" + run.pid())));
    }
    JsonNode rows = new ObjectMapper().readTree(json.toFile()).get("rows");
    assertEquals(5, rows.size());
    for (JsonNode row : rows) {
      assertEquals(2, row.get("sluice_nanos").size(), row::toString);
      assertEquals(2, row.get("other_nanos").size(), row::toString);
      assertTrue(row.get("ratio").asDouble() > 0, row::toString);
    }
    assertTrue(Files.size(picture) > 0);
  }

  @ParameterizedTest
  @CsvSource({
    "--rows, nothing like it, 1, sluice: no row has 'nothing like it' in its name; there are: ring",
    "--rows, '(', 2, 'accepted: a regular expression'",
    "--json, /nowhere/result.json, 1, 'sluice: cannot write /nowhere/result.json; name a file'"
  })
  void shouldRefuseWhatItCannotDo(String option, String value, int code, String line) {
    try (JavaProcess run = bench(option, value)) {
      assertEquals(code, run.awaitExit(LIMIT));
      assertEquals(1, run.stdout().size(), () -> String.join("\n", run.stdout()));
      assertTrue(run.stdout().get(0).contains(line), () -> String.join("\n", run.stdout()));
    }
  }
}
