package io.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.testing.HugepageMounts;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * DPDK's own test program, {@code dpdk-test}, as a secondary of our primary. Of its tests those of
 * pools fail there also with a primary of its own, for want of memory.
 */
@RequiresRoot
@RequiresCommand("dpdk-test")
@RequiresHugepages(kb = 2048, count = 128)
@Timeout(180)
class StockTestProgramTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);

  private final String prefix = UniquePrefix.next();
  private JavaProcess primary;
  private JavaProcess stock;

  @BeforeEach
  void start() throws IOException {
    primary =
        CliProcess.start(
            ("primary --file-prefix "
                    + prefix
                    + " -l 0 -m 64 --no-pci --vdev net_null0 --tailq dummy --huge-dir "
                    + HugepageMounts.of(2048).orElseThrow()
                    + " -- --workers 1 --mbufs 2047 --idle park")
                .split(" "));
    primary.awaitLine("primary: ready", LIMIT);
    List<String> command =
        new ArrayList<>(List.of("stdbuf", "-oL", "dpdk-test", "--file-prefix", prefix));
    command.addAll(
        List.of("--proc-type=secondary", "--lcores", "1@0", "--no-pci", "--no-telemetry"));
    stock = JavaProcess.startCommand(command);
    stock.awaitLine("using TSC", LIMIT);
  }

  @AfterEach
  void end() {
    stock.send("quit");
    assertEquals(0, stock.awaitExit(LIMIT), () -> String.join("\n", stock.stdout()));
    primary.signal("TERM");
    primary.awaitExit(LIMIT);
    primary.awaitLine("report pool leaked=0 undelivered=0", LIMIT);
    assertEquals(List.of(), Leftovers.of(prefix));
  }

  @ParameterizedTest
  @ValueSource(strings = {"memzone_autotest", "ring_autotest", "malloc_autotest"})
  void shouldPassItsOwnTests(String test) {
    stock.send(test);
    assertEquals(
        "Test OK",
        stock.awaitLine("^Test (OK|Failed)$", LIMIT).group(),
        () -> String.join("\n", stock.stdout()));
  }

  @Test
  void shouldDumpWhatWeHaveMade() {
    stock.send("dump_ring");
    stock.awaitLine("ring <worker_0_in>@", LIMIT);
    stock.send("dump_mempool");
    stock.awaitLine("mempool <packets>@", LIMIT);
    stock.awaitLine("  size=2047", LIMIT);
    stock.send("dump_memzone");
    stock.awaitLine("name:<MP_packets>, len:0x[0-9a-f]+, virt:0x2000", LIMIT);
  }
}
