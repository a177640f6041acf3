package io.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Somebody cuts the page files of running processes short. */
class TruncatedPagesTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final String prefix = UniquePrefix.next();

  private JavaProcess primary(List<String> options) {
    List<String> arguments = new ArrayList<>(List.of("primary", "--file-prefix", prefix));
    arguments.addAll(List.of("--no-pci", "--vdev", "net_null0"));
    arguments.addAll(options);
    arguments.addAll(List.of("--", "--workers", "1", "--idle", "park"));
    return CliProcess.start(arguments.toArray(String[]::new));
  }

  private void cutPagesShort() throws IOException {
    int cut = 0;
    for (Path file : Leftovers.of(prefix)) {
      if (file.getFileName().toString().startsWith(prefix + "map_")) {
        try (RandomAccessFile page = new RandomAccessFile(file.toFile(), "rw")) {
          page.setLength(0);
          cut++;
        }
      }
    }
    assertTrue(cut > 0);
  }

  private void assertEndedInOneLine(JavaProcess process) {
    assertEquals(1, process.awaitExit(LIMIT), () -> String.join("\n", process.stdout()));
    List<String> lines = process.stdout();
    String expected =
        "sluice: /.*/"
            + prefix
            + "map_\\d+ was cut from \\d+ to 0 bytes under this process; stop all others of the"
            + " prefix and run sluice clean --file-prefix "
            + prefix;
    assertTrue(lines.get(lines.size() - 1).matches(expected), () -> String.join("\n", lines));
  }

  private void assertEndsInOneLine(String... options) throws IOException {
    try (JavaProcess primary = primary(List.of(options))) {
      primary.awaitLine("primary: ready", LIMIT);
      try (JavaProcess worker = CliProcess.start("secondary", "worker", "--file-prefix", prefix)) {
        worker.awaitLine("worker 0: ready", LIMIT);
        cutPagesShort();
        assertEndedInOneLine(worker);
      }
      assertEndedInOneLine(primary);
    } finally {
      Leftovers.delete(prefix);
    }
    assertEquals(List.of(), Leftovers.of(prefix));
  }

  @Test
  void shouldEndTheProcessInOneLineWithPlainFiles() throws IOException {
    assertEndsInOneLine("--no-huge", "-m", "16");
  }

  @Test
  @RequiresRoot
  @RequiresHugepages(kb = 2048, count = 16)
  void shouldEndTheProcessInOneLineWithHugepages() throws IOException {
    assertEndsInOneLine("-m", "16");
  }

  @Test
  void shouldFindNothingWhereNoPageFileIsMapped() {
    assertNull(TruncatedPages.describe());
  }
}
