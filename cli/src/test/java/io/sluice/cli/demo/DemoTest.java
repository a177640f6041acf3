package io.sluice.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cli.CliProcess;
import io.sluice.cli.Leftovers;
import io.sluice.cli.processes.TemporaryHugepages;
import io.sluice.config.EalOptions;
import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.HugepagePools;
import io.sluice.platform.Memory;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole demo, as a user runs it: its verdict, its exit code, and what it leaves behind. */
class DemoTest {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  @TempDir Path directory;

  private static String last(JavaProcess demo) {
    List<String> lines = demo.stdout();
    return lines.get(lines.size() - 1);
  }

  private static void assertPasses(JavaProcess demo, int frames) throws IOException {
    assertEquals(0, demo.awaitExit(LIMIT), () -> String.join("\n", demo.stdout()));
    assertEquals(
        "demo: in=" + frames + " out=" + frames + " lost=0 leaked=0 mismatched=0", last(demo));
    assertLeavesNothing(demo.pid());
  }

  private static void assertLeavesNothing(long pid) throws IOException {
    assertEquals(List.of(), Leftovers.of("demo-" + pid));
    assertEquals(List.of(), CliProcess.workFolders("demo-" + pid));
    String[] namespaces = Optional.ofNullable(new File("/run/netns").list()).orElse(new String[0]);
    assertFalse(
        Arrays.stream(namespaces).anyMatch(name -> name.contains("sluice-" + pid)),
        () -> "network namespaces " + String.join(" ", namespaces));
    assertEquals(
        List.of(),
        CliProcess.withArgument("demo-" + pid).stream().map(ProcessHandle::pid).toList());
  }

  @Test
  @RequiresRoot
  @RequiresCommand("ip")
  @RequiresHugepages(kb = 2048, count = 64)
  void shouldBringEveryFrameThroughTheWiresUnchanged() throws IOException {
    try (JavaProcess demo = CliProcess.start("demo", "--frames", "30000")) {
      assertPasses(demo, 30_000);
      String output = String.join("\n", demo.stdout());
      assertTrue(output.contains("AF_PACKET"), output);
      assertTrue(output.contains("hugepages"), output);
    }
  }

  @Test
  void shouldBringEveryFrameThroughPipesUnchanged() throws IOException {
    try (JavaProcess demo =
        CliProcess.start("demo", "--unprivileged", "--frames", "30000", "--workers", "3")) {
      assertPasses(demo, 30_000);
      String output = String.join("\n", demo.stdout());
      for (String row : List.of("worker 0", "worker 1", "worker 2", "monitor", "port net_pcap0")) {
        assertTrue(output.contains("\n" + row + " "), () -> row + " is missing in\n" + output);
      }
      for (String row :
          List.of(
              "port net_pcap0 +30000 +\\d+ +0 +[1-9]\\d*",
              "port net_pcap1 +30000 +\\d+ +0 +[1-9]\\d*",
              "worker 0 +[1-9]\\d* +[1-9]\\d* +0 +[1-9]\\d*",
              "monitor +- +- +- +-")) {
        assertTrue(demo.stdout().stream().anyMatch(line -> line.matches(row)), () -> output);
      }
    }
  }

  @Test
  @RequiresRoot
  @RequiresCommand("setpriv")
  void shouldNeedNeitherRootNorHugepages() throws IOException {
    try (JavaProcess demo = CliProcess.startAsNobody(directory, "demo", "--frames", "5000")) {
      assertPasses(demo, 5_000);
      assertTrue(String.join("\n", demo.stdout()).contains("plain shared files"));
    }
  }

  @Test
  void shouldSendTheUsersOwnCapture() throws IOException {
    Path file = directory.resolve("own.pcap");
    byte[] frame = new byte[77];
    Arrays.fill(frame, (byte) 0x5a);
    CaptureFile.write(file, List.of(new byte[60], frame, new byte[1514], new byte[4000]));
    try (JavaProcess demo =
        CliProcess.start("demo", "--unprivileged", "--frames", "1000", "--pcap", file.toString())) {
      assertPasses(demo, 1_000);
      String output = String.join("\n", demo.stdout());
      assertTrue(output.contains("1 of 4 frames stay out: a link carries 14-1514 bytes"), output);
      // 334 frames of 60 bytes, 333 of 77 and of 1514.
      assertTrue(output.contains(" " + (334 * 60 + 333 * (77 + 1514)) + " "), output);
    }
  }

  @Test
  void shouldRefuseAFileThatIsNoCapture() throws IOException {
    Path file = Files.writeString(directory.resolve("garbage"), "certainly not a capture file");
    try (JavaProcess demo = CliProcess.start("demo", "--pcap", file.toString())) {
      assertEquals(1, demo.awaitExit(LIMIT));
      assertEquals(1, demo.stdout().size(), demo.stdout()::toString);
      assertTrue(
          last(demo).startsWith("sluice: cannot read the capture: '" + file + "' is no pcap"),
          last(demo));
    }
  }

  @Test
  void shouldLeaveNothingWhenInterrupted() throws IOException {
    try (JavaProcess demo = CliProcess.start("demo", "--unprivileged", "--frames", "1000000000")) {
      demo.awaitLine("demo: sent [1-9].*", LIMIT);
      demo.signal("INT");
      assertEquals(130, demo.awaitExit(LIMIT), () -> String.join("\n", demo.stdout()));
      assertEquals("sluice: interrupted", last(demo));
      assertLeavesNothing(demo.pid());
    }
  }

  /** As Ctrl-C does it: to every process of the terminal's group, here a session of the demo's. */
  @Test
  void shouldLeaveNothingWhenTheWholeTerminalIsInterrupted()
      throws IOException, InterruptedException {
    try (JavaProcess demo =
        CliProcess.startBehind(List.of("setsid"), "demo", "--frames", "1000000000")) {
      demo.awaitLine("demo: sent [1-9].*", LIMIT);
      new ProcessBuilder("kill", "-INT", "--", "-" + demo.pid()).inheritIO().start().waitFor();
      assertEquals(130, demo.awaitExit(LIMIT), () -> String.join("\n", demo.stdout()));
      assertEquals("sluice: interrupted", last(demo));
      assertLeavesNothing(demo.pid());
    }
  }

  /** Writes into every mbuf's data until told to end, and keeps one mbuf: prefix. */
  static final class Intruder {
    public static void main(String[] arguments) throws IOException {
      try (SharedMemory memory =
          SharedMemory.attach(
              EalOptions.parse(
                  "--proc-type", "secondary", "--file-prefix", arguments[0], "--no-huge"))) {
        Mempool pool = Mempool.lookup(memory, "packets");
        long kept = Mbuf.alloc(pool);
        System.out.println("keeps " + (kept != 0));
        while (System.in.available() == 0) {
          pool.objIter((p, mbuf, index) -> Memory.putByte(Mbuf.mtod(mbuf) + 20, (byte) 0xee));
        }
        System.in.read();
        System.out.println("wrote");
        System.in.read();
      }
    }
  }

  @Test
  void shouldCountAndNameWhatAnotherProcessSpoilsAndKeeps() throws IOException {
    try (JavaProcess demo =
        CliProcess.start("demo", "--unprivileged", "--frames", "1500000", "--workers", "1")) {
      demo.awaitLine("demo: sent [1-9].*", LIMIT);
      try (JavaProcess intruder = JavaProcess.start(Intruder.class, "demo-" + demo.pid())) {
        intruder.awaitLine("keeps true", LIMIT);
        demo.awaitLine("demo: sent [1-9].*", LIMIT);
        intruder.send("");
        intruder.awaitLine("wrote", LIMIT);
        assertEquals(1, demo.awaitExit(LIMIT), () -> String.join("\n", demo.stdout()));
      }
      String output = String.join("\n", demo.stdout());
      Matcher verdict =
          Pattern.compile(
                  "demo: in=1500000 out=1500000 lost=(\\d+) leaked=1 mismatched=([1-9]\\d*)")
              .matcher(last(demo));
      assertTrue(verdict.matches(), () -> output);
      assertEquals(verdict.group(2), verdict.group(1), "what came out wrong did not come out");
      assertTrue(
          output.contains(
              "\ndemo: " + verdict.group(2) + " frames came out that were not sent so\n"),
          () -> output);
      assertTrue(output.contains("\ndemo: 1 mbufs never came back to their pool\n"), () -> output);
      assertLeavesNothing(demo.pid());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "secondary worker, worker [01]",
    "SluiceCommand primary, primary",
    "secondary monitor, monitor",
    "demo.Traffic, traffic"
  })
  void shouldNameWhatDiedCountWhatWasLostAndLeaveNothing(String killed, String name)
      throws IOException {
    try (JavaProcess demo = CliProcess.start("demo", "--unprivileged", "--frames", "1000000000")) {
      demo.awaitLine("demo: sent [1-9].*", LIMIT);
      ProcessHandle victim =
          ProcessHandle.of(demo.pid())
              .orElseThrow()
              .children()
              .filter(child -> CliProcess.commandLine(child).replace('\0', ' ').contains(killed))
              .findFirst()
              .orElseThrow();
      victim.destroyForcibly();
      assertEquals(1, demo.awaitExit(LIMIT), () -> String.join("\n", demo.stdout()));
      String died = "demo: " + name + " \\(pid " + victim.pid() + "\\) ended early, by signal 9";
      String output = String.join("\n", demo.stdout());
      assertEquals(
          1, demo.stdout().stream().filter(line -> line.matches(died)).count(), () -> output);
      Matcher verdict =
          Pattern.compile("demo: in=(\\d+) out=(\\d+) lost=(\\d+) leaked=\\d+ mismatched=0")
              .matcher(last(demo));
      assertTrue(verdict.matches(), () -> output);
      assertEquals(
          Long.parseLong(verdict.group(1)) - Long.parseLong(verdict.group(2)),
          Long.parseLong(verdict.group(3)),
          () -> output);
      assertEquals(
          verdict.group(3).equals("0"), !output.contains(" frames lost between "), () -> output);
      assertLeavesNothing(demo.pid());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--frames 0 | 2 | sluice demo: --frames 0; accepted: 1 and more; see sluice demo --help",
        "--workers 0 | 2 | sluice demo: --workers 0; accepted: 1-16; see sluice demo --help",
        "--workers 17 | 2 | sluice demo: --workers 17; accepted: 1-16; see sluice demo --help",
        "--pcap /no/such.pcap | 1 | sluice: cannot read the capture: capture file '/no/such.pcap' cannot be"
            + " read; check its name and rights (ENOENT)"
      })
  void shouldRefuseInOneLineBeforeAnythingIsMade(String options, int code, String message)
      throws IOException {
    try (JavaProcess demo = CliProcess.start(("demo " + options).split(" "))) {
      assertEquals(code, demo.awaitExit(LIMIT));
      assertEquals(List.of(message), demo.stdout());
      assertLeavesNothing(demo.pid());
    }
  }

  @Test
  @RequiresRoot
  @RequiresCommand("setpriv")
  void shouldRefuseACaptureThatTheUserMayNotRead() throws IOException {
    Path home = Files.createDirectory(directory.resolve("home"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path file = directory.resolve("secret.pcap");
    CaptureFile.write(file, List.of(new byte[60]));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    try (JavaProcess demo =
        CliProcess.startWithoutRights(home, "demo", "--pcap", file.toString())) {
      assertEquals(1, demo.awaitExit(LIMIT));
      assertEquals(
          List.of(
              "sluice: cannot read the capture: capture file '"
                  + file
                  + "' cannot be read; check its name and rights (EACCES)"),
          demo.stdout());
      assertLeavesNothing(demo.pid());
    }
  }

  @Test
  void shouldRefuseCapturesWithNothingToSend() throws IOException {
    Path empty = directory.resolve("empty.pcap");
    CaptureFile.write(empty, List.of());
    Path jumbo = directory.resolve("jumbo.pcap");
    byte[] tagged = new byte[19];
    tagged[12] = (byte) 0x81;
    CaptureFile.write(jumbo, List.of(new byte[9000], new byte[1515], new byte[13], tagged));
    for (Path file : List.of(empty, jumbo)) {
      try (JavaProcess demo = CliProcess.start("demo", "--pcap", file.toString())) {
        assertEquals(1, demo.awaitExit(LIMIT));
        assertEquals(
            List.of(
                "sluice: "
                    + file
                    + " has no frame to send: a link carries 14-1514 bytes, 20-1518 with a VLAN"
                    + " tag"),
            demo.stdout());
      }
    }
  }

  @Test
  void shouldRefuseACaptureThatIsCutShort() throws IOException {
    Path file = directory.resolve("cut.pcap");
    CaptureFile.write(file, List.of(new byte[60], new byte[60]));
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 1));
    try (JavaProcess demo = CliProcess.start("demo", "--pcap", file.toString())) {
      assertEquals(1, demo.awaitExit(LIMIT));
      assertEquals(
          List.of(
              "sluice: cannot read the capture: capture '"
                  + file
                  + "' ends within what begins at offset 100: 76 bytes expected, 75 are there;"
                  + " only what is before that can be read"),
          demo.stdout());
    }
  }

  @Test
  @RequiresRoot
  @RequiresCommand("ip")
  void shouldSendTheShortestAndTheLongestFramesThatAWireCarries() throws IOException {
    Path file = directory.resolve("edges.pcap");
    CaptureFile.write(
        file,
        List.of(frame(14, 0x0800), frame(1514, 0x0800), frame(20, 0x8100), frame(1518, 0x8100)));
    try (JavaProcess demo =
        CliProcess.start("demo", "--frames", "2000", "--pcap", file.toString())) {
      assertPasses(demo, 2_000);
    }
  }

  private static byte[] frame(int length, int type) {
    byte[] frame = new byte[length];
    frame[0] = 2;
    frame[6] = 2;
    frame[12] = (byte) (type >> 8);
    frame[13] = (byte) type;
    return frame;
  }

  @Test
  @RequiresRoot
  @RequiresHugepages(kb = 2048, count = 1)
  void shouldAddHugepagesToAPoolThatIsTooSmallAndTakeThemAwayAgain() {
    long pages = HugepagePools.current().get(0).free() + 1;
    long before = nrHugepages();
    try (TemporaryHugepages added = new TemporaryHugepages(pages, directory.resolve("huge"))) {
      assertEquals(before + pages, nrHugepages());
      assertFalse(added.options(pages).contains("--no-huge"), () -> "" + added.options(pages));
    }
    assertEquals(before, nrHugepages());
    assertFalse(Files.exists(directory.resolve("huge")));
  }

  private static long nrHugepages() {
    return HugepagePools.current().get(0).total();
  }

  /** In a mount namespace in which no hugetlbfs is mounted, as on a machine that was not set up. */
  @Test
  @RequiresRoot
  @RequiresCommand("ip")
  @RequiresHugepages(kb = 2048, count = 64)
  void shouldMountAHugetlbfsOfItsOwnWhereThereIsNone() throws IOException {
    List<String> unmounted =
        List.of(
            "unshare",
            "-m",
            "sh",
            "-c",
            "grep ' hugetlbfs ' /proc/mounts | while read -r x where rest; do umount $where; done;"
                + " exec \"$@\"",
            "sh");
    try (JavaProcess demo = CliProcess.startBehind(unmounted, "demo", "--frames", "2000")) {
      assertPasses(demo, 2_000);
      assertTrue(demo.stdout().stream().anyMatch(line -> line.endsWith(", hugepages, 2 ports")));
    }
  }
}
