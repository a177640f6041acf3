package io.sluice.cli.processes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.cli.CliProcess;
import io.sluice.cli.Leftovers;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresRoot;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that are killed with SIGKILL: nothing that they have started goes on. */
class ParentWatchTest {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  @TempDir Path directory;

  /** What a command that is killed cannot remove. */
  private static void deleteFolder(String prefix) throws IOException {
    for (Path folder : CliProcess.workFolders(prefix)) {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      }
    }
  }

  private static void assertEndsWith(JavaProcess command, String prefix) throws IOException {
    try {
      command.kill();
      Await.until(
          "no process of " + prefix,
          LIMIT,
          () -> CliProcess.withArgument(prefix).isEmpty(),
          command::toString);
      assertEquals(List.of(), Leftovers.of(prefix));
    } finally {
      CliProcess.withArgument(prefix).forEach(ProcessHandle::destroyForcibly);
      Leftovers.delete(prefix);
      deleteFolder(prefix);
    }
  }

  @Test
  void shouldEndTheDemosProcesses() throws IOException {
    try (JavaProcess demo = CliProcess.start("demo", "--unprivileged", "--frames", "1000000000")) {
      demo.awaitLine("demo: sent [1-9].*", LIMIT);
      assertEndsWith(demo, "demo-" + demo.pid());
    }
  }

  @Test
  @RequiresRoot
  @RequiresCommand("setpriv")
  void shouldEndTheMembersOfAChaosRun() throws IOException {
    try (JavaProcess chaos =
        CliProcess.startAsNobody(directory, "chaos", "--kills", "1000", "--seed", "1")) {
      chaos.awaitLine("chaos: kills ", LIMIT);
      assertEndsWith(chaos, "chaos-" + chaos.pid());
    }
  }
}
