package io.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers that are killed under full load, between two ports that never run dry. */
class WorkerDeathTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int DEATHS = 6;

  /** What a worker can have in hand when it is killed, and what a port has that no worker takes. */
  private static final int BURST = 32;

  private static final int PORTS = 2;

  private static final int TERMINATED = 128 + 15;

  private final String prefix = UniquePrefix.next();

  private JavaProcess worker(int lcore) {
    JavaProcess worker =
        CliProcess.start("secondary", "worker", "--file-prefix", prefix, "--lcores", lcore + "@0");
    worker.awaitLine("^worker \\d: ready", LIMIT);
    return worker;
  }

  @Test
  @Timeout(180)
  void shouldForwardOnWithTheNextOne() throws IOException {
    String options = "--no-huge -m 64 --no-pci --vdev net_null0 --vdev net_null1 --lcores 0@0";
    List<String> command = new ArrayList<>(List.of("primary", "--file-prefix", prefix));
    command.addAll(List.of(options.split(" ")));
    command.addAll(List.of("--", "--workers", "2", "--idle", "park"));
    try (JavaProcess primary = CliProcess.start(command.toArray(String[]::new))) {
      primary.awaitLine("primary: ready", LIMIT);
      JavaProcess steady = worker(1);
      JavaProcess mortal = worker(2);
      for (int death = 0; death < DEATHS; death++) {
        mortal.kill();
        mortal = worker(2);
      }
      for (JavaProcess worker : List.of(steady, mortal)) {
        worker.signal("TERM");
        assertEquals(TERMINATED, worker.awaitExit(LIMIT), () -> String.join("\n", worker.stdout()));
      }
      primary.signal("TERM");
      assertEquals(TERMINATED, primary.awaitExit(LIMIT), () -> String.join("\n", primary.stdout()));
      Matcher report = primary.awaitLine("report pool leaked=0 undelivered=(\\d+)", LIMIT);
      int undelivered = Integer.parseInt(report.group(1));
      assertTrue(
          undelivered <= (DEATHS + PORTS) * BURST, () -> String.join("\n", primary.stdout()));
    }
    assertEquals(List.of(), Leftovers.of(prefix));
  }
}
