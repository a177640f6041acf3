package io.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.config.EalOptions;
import io.sluice.mempool.Mempool;
import io.sluice.secondary.Secondary;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the listing commands show of {@code dpdk-testpmd}, which notices nothing of them. */
@RequiresRoot
@RequiresCommand("dpdk-testpmd")
@RequiresHugepages(kb = 2048, count = 64)
class StockPrimaryCommandsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int MBUFS = 4095;

  private final String prefix = UniquePrefix.next();
  private JavaProcess testpmd;

  @BeforeEach
  void start() {
    List<String> command =
        new ArrayList<>(List.of("stdbuf", "-oL", "dpdk-testpmd", "--file-prefix", prefix));
    command.addAll(List.of("-l", "0,1", "-m", "64", "--no-pci", "--no-telemetry"));
    command.addAll(
        List.of(
            "--base-virtaddr=0x200000000000",
            "--vdev",
            "net_ring0",
            "--",
            "-i",
            "--total-num-mbufs=" + MBUFS));
    testpmd = JavaProcess.startCommand(command);
    testpmd.awaitLine("Done", LIMIT);
  }

  @AfterEach
  void quit() {
    testpmd.send("quit");
    assertEquals(0, testpmd.awaitExit(LIMIT), () -> String.join("\n", testpmd.stdout()));
    testpmd.close();
  }

  private JsonNode json(String command) throws IOException {
    String[] arguments = (command + " --json --file-prefix " + prefix).split(" ");
    try (JavaProcess process = CliProcess.start(arguments)) {
      assertEquals(0, process.awaitExit(LIMIT), () -> String.join("\n", process.stdout()));
      return new ObjectMapper().readTree(String.join("\n", process.stdout()));
    }
  }

  private static JsonNode row(JsonNode rows, String key, String value) {
    for (JsonNode row : rows) {
      if (row.get(key).asText().equals(value)) {
        return row;
      }
    }
    throw new AssertionError("no row with " + key + "=" + value + " in " + rows.toPrettyString());
  }

  private List<String> files() throws IOException {
    try (var files = Files.list(Path.of("/var/run/dpdk", prefix))) {
      return files.map(Path::toString).sorted().toList();
    }
  }

  @Test
  void shouldShowItsMemoryAndLeaveNoTrace() throws IOException {
    List<String> before = files();
    JsonNode pool = row(json("mempool list"), "name", "mb_pool_0");
    assertEquals(MBUFS, pool.get("size").asInt(), pool::toString);
    JsonNode ring = row(json("ring list"), "name", "ETH_RXTX0_net_ring0");
    assertEquals(1024, ring.get("size").asInt(), ring::toString);
    assertEquals(0, ring.get("count").asInt(), ring::toString);
    assertTrue(json("memseg list").size() > 0);
    row(json("memzone list"), "name", "MP_mb_pool_0");
    JsonNode audited = row(json("audit"), "pool", "mb_pool_0");
    assertEquals(MBUFS, audited.get("size").asInt(), audited::toString);
    assertEquals(before, files());
  }

  @Test
  void shouldShowThatItRuns() {
    try (JavaProcess ps = CliProcess.start("ps", "--file-prefix", prefix)) {
      assertEquals(0, ps.awaitExit(LIMIT), () -> String.join("\n", ps.stdout()));
      String shown = String.join("\n", ps.stdout());
      assertTrue(shown.contains("" + testpmd.pid()), shown);
    }
  }

  @Test
  void shouldStandInTheWayOfNoDeviceThatComesOrGoes() {
    try (Secondary secondary =
        Secondary.attach(EalOptions.parse("--proc-type=secondary", "--file-prefix", prefix))) {
      testpmd.send("port attach net_null7,size=64");
      testpmd.awaitLine("Port 1 is attached. Now total ports is 2", LIMIT);
      testpmd.send("port detach 1");
      testpmd.awaitLine("Now total ports is 1", LIMIT);
      assertEquals(MBUFS, Mempool.lookup(secondary.memory(), "mb_pool_0").size());
    }
  }
}
