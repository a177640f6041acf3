package io.sluice.cli.processes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.cli.CliProcess;
import io.sluice.cli.Leftovers;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that are killed with SIGKILL: nothing that they have started goes on. */
class ParentWatchTest {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  @TempDir Path directory;

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
      CliProcess.workFolders(prefix).forEach(WorkFolder::delete);
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
