package io.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.platform.CpuTopology;
import io.sluice.platform.HugepagePools;
import io.sluice.platform.Libc;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code doctor} and {@code setup} on the machine as it is, which is put back as it was. */
class MachineCommandsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Path PAGES =
      Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");

  @TempDir Path directory;

  /** What changes the kernel's pool, while no command does that by itself. */
  private interface Change {
    void run(long pages) throws IOException;
  }

  /** Runs it with the number of pages there are, which there are again afterwards. */
  private static void thenPutBack(Change change) throws IOException {
    int lock = Libc.open(PAGES.toString(), Libc.O_RDONLY, 0);
    Libc.flock(lock, Libc.LOCK_EX);
    long before = total();
    try {
      change.run(before);
    } finally {
      Files.writeString(PAGES, Long.toString(before));
      Libc.close(lock);
    }
    assertEquals(before, total());
  }

  private static List<String> outputOf(JavaProcess process, int code) {
    try (process) {
      assertEquals(code, process.awaitExit(LIMIT), () -> String.join("\n", process.stdout()));
      return process.stdout();
    }
  }

  @Test
  void shouldSayOfEveryPreconditionWhatWasFoundAndItsCureWhereItFails() throws IOException {
    JavaProcess doctor = CliProcess.start("doctor", "--json");
    int code = doctor.awaitExit(LIMIT);
    JsonNode rows = new ObjectMapper().readTree(String.join("\n", outputOf(doctor, code)));
    Map<String, JsonNode> byName = new LinkedHashMap<>();
    boolean failed = false;
    for (JsonNode row : rows) {
      byName.put(row.get("what").asText(), row);
      String state = row.get("state").asText();
      assertTrue(List.of("ok", "slow", "FAIL").contains(state), row::toString);
      assertEquals(state.equals("ok"), row.get("cure").isNull(), row::toString);
      assertFalse(row.get("found").asText().isEmpty(), row::toString);
      failed |= state.equals("FAIL");
    }
    assertEquals(failed ? 1 : 0, code, rows::toString);
    assertEquals(Runtime.version().toString(), found(byName, "JDK"));
    assertEquals("" + CpuTopology.current().allowed().size(), found(byName, "CPUs"));
    assertEquals(
        Libc.geteuid() == 0 ? "root" : System.getProperty("user.name"), found(byName, "user"));
    assertTrue(found(byName, "/dev/shm").matches("\\d+ MB free"), rows::toString);
    for (String what :
        List.of(
            "system",
            "addresses from 0x200000000000",
            "runtime directory",
            "AF_PACKET sockets",
            "iproute2")) {
      found(byName, what);
    }
    for (var pool : HugepagePools.current()) {
      String pages = found(byName, "hugepages of " + (pool.pageSize() >> 20) + " MB");
      assertTrue(pages.matches("\\d+ of \\d+ free, (not mounted|at /.*)"), pages);
    }
    List<String> printed = outputOf(CliProcess.start("doctor"), code);
    assertEquals(rows.size() + 1, printed.size(), printed::toString);
    for (String what : byName.keySet()) {
      assertTrue(printed.stream().anyMatch(line -> line.contains(" " + what + " ")), what);
    }
  }

  private static String found(Map<String, JsonNode> rows, String what) {
    assertNotNull(rows.get(what), () -> "no line on " + what + " among " + rows.keySet());
    return rows.get(what).get("found").asText();
  }

  private static long total() throws IOException {
    return Long.parseLong(Files.readString(PAGES).strip());
  }

  /** {@code setup} where no hugetlbfs is mounted, then what is mounted there when it has run. */
  private JavaProcess setup(String... options) {
    String namespace =
        "grep ' hugetlbfs ' /proc/mounts | while read -r x where rest; do umount $where; done;"
            + " \"$@\" && \"$@\" && grep ' hugetlbfs ' /proc/mounts";
    List<String> arguments = new ArrayList<>(List.of("setup"));
    arguments.addAll(List.of(options));
    return CliProcess.startBehind(
        List.of("unshare", "-m", "sh", "-c", namespace, "sh"), arguments.toArray(String[]::new));
  }

  @Test
  @RequiresRoot
  @RequiresCommand("unshare")
  void shouldReserveHugepagesAndMountThemOnceOnly() throws IOException {
    Path mount = directory.resolve("huge");
    thenPutBack(
        pages -> {
          String more = Long.toString(pages + 1);
          List<String> output = outputOf(setup("--pages", more, "--mount", mount.toString()), 0);
          assertEquals(pages + 1, total());
          assertEquals(
              List.of(
                  "reserved " + more + " pages of 2M",
                  "mounted " + mount,
                  "reserved already: " + more + " pages of 2M",
                  "mounted already: " + mount),
              output.subList(0, 4));
          assertEquals(5, output.size(), output::toString);
          assertTrue(
              output.get(4).matches("nodev " + mount + " hugetlbfs .*pagesize=2M.*"),
              output::toString);
        });
  }

  @Test
  @RequiresRoot
  @RequiresCommand("unshare")
  void shouldRefuseToMountOverAFile() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    thenPutBack(
        pages -> {
          List<String> output = outputOf(setup("--pages", "1", "--mount", file.toString()), 1);
          assertEquals(2, output.size(), output::toString);
          assertEquals(
              "sluice: --mount " + file + ": accepted is a directory, or a name for one",
              output.get(1));
        });
  }

  @Test
  @RequiresRoot
  @RequiresCommand("setpriv")
  void shouldRefuseToSetUpWithoutRoot() {
    assertEquals(
        List.of("sluice: setup changes the kernel's hugepage pool; run it as root"),
        outputOf(CliProcess.startAsNobody(directory, "setup"), 1));
  }
}
