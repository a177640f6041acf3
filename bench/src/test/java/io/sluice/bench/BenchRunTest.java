package io.sluice.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.cli.SluiceCommand;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresRoot;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @CsvSource({
    "^mbuf, 5, 5, 2",
    "^chain, 5, 5, 2",
    "^shared ring rts, 3, 3, 1",
    "^forward lpm, 1, 1, 2",
    "^forward io af_packet 64B, 1, 1, 1",
    "^attach by memzones, 4, 0, 1"
  })
  @RequiresRoot
  @RequiresCommand({"gcc", "pkg-config", "ip"})
  void shouldMeasureBothSidesInTurnAndWriteWhatWasAskedFor(
      String pattern, int count, int goals, int rounds) throws IOException {
    Path json = folder.resolve("result.json");
    Path picture = folder.resolve("result.svg");
    try (JavaProcess run =
        bench(
            "--quick",
            "--rows",
            pattern,
            "--json",
            json.toString(),
            "--picture",
            picture.toString())) {
      assertEquals(0, run.awaitExit(LIMIT), () -> String.join("\n", run.stdout()));
      List<String> lines = run.stdout();
      assertTrue(
          lines
              .get(lines.size() - 1)
              .matches("bench: rows=" + goals + " at_or_ahead_of_C=[0-5] worst=.* \\(.*\\)"),
          () -> String.join("\n", lines));
      assertEquals(List.of(), filesOf("bench-" + run.pid()));
    }
    JsonNode rows = new ObjectMapper().readTree(json.toFile()).get("rows");
    assertEquals(count, rows.size());
    for (JsonNode row : rows) {
      int compared = row.get("sluice_nanos").size();
      assertEquals(compared, row.get("other_nanos").size(), row::toString);
      if (row.get("sluice_cpus_apart_nanos").isNull()) {
        assertEquals(rounds, compared, row::toString);
      } else {
        // Of those rounds in which both sides met the CPUs alike, or of further ones.
        assertTrue(compared >= 1, row::toString);
        assertEquals(compared, row.get("sluice_cpus_apart_nanos").size(), row::toString);
        assertTrue(row.get("other_cpus_apart_nanos").get(0).asDouble() > 0, row::toString);
      }
      assertTrue(row.get("ratio").asDouble() > 0, row::toString);
    }
    assertTrue(Files.size(picture) > 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"two processes sp_sc", "messages vs agrona"})
  void shouldLeaveNothingWhenInterrupted(String row) throws IOException {
    try (JavaProcess run = bench("--quick", "--rows", row)) {
      run.awaitLine("bench: round 1", LIMIT);
      String prefix = "bench-" + run.pid();
      Await.until("a row's other process", LIMIT, () -> !filesOf(prefix).isEmpty());
      run.signal("INT");
      assertEquals(130, run.awaitExit(LIMIT), () -> String.join("\n", run.stdout()));
      assertEquals(List.of(), filesOf(prefix));
      assertFalse(
          Files.readString(Path.of("/proc/mounts")).contains("/tmp/sluice-" + prefix),
          "its hugetlbfs is mounted still");
    }
  }

  /** Of the rings' memory or of a library's. */
  private static List<String> filesOf(String prefix) {
    List<String> found = new ArrayList<>();
    for (String folder : List.of("/var/run/dpdk", "/dev/shm", "/run/netns")) {
      String[] names = new File(folder).list();
      for (String name : names == null ? new String[0] : names) {
        if (name.startsWith(prefix)) {
          found.add(folder + "/" + name);
        }
      }
    }
    return found;
  }

  @ParameterizedTest
  @CsvSource({
    "--rows, nothing like it, 1, sluice: no row has 'nothing like it' in its name; there are: ring",
    "--rows, '(', 2, 'accepted: a regular expression'",
    "--rows=nothing, --jmh, 1, 'sluice: no benchmark has ''nothing'' in its name'",
    "--soak, 0, 2, 'sluice bench: --soak 0; accepted: a number of minutes from 1 on'",
    "--histogram, file, 2, 'sluice bench: --histogram without --soak; accepted: both'",
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
