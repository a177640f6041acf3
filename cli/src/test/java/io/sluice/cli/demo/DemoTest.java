package io.sluice.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cli.CliProcess;
import io.sluice.cli.Leftovers;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  /** The whole of it; what a process handle tells ends after 4096 bytes. */
  private static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline"));
    } catch (IOException e) {
      // It has ended meanwhile.
      return "";
    }
  }

  private static void assertLeavesNothing(long pid) throws IOException {
    assertEquals(List.of(), Leftovers.of("demo-" + pid));
    for (String place : List.of("/run/netns", System.getProperty("java.io.tmpdir"))) {
      String[] names = Optional.ofNullable(new File(place).list()).orElse(new String[0]);
      assertFalse(
          Arrays.stream(names).anyMatch(name -> name.contains("sluice-" + pid)),
          () -> place + " holds " + String.join(" ", names));
    }
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      assertEquals(
          List.of(),
          all.filter(process -> commandLine(process.pid()).contains("demo-" + pid))
              .map(ProcessHandle::pid)
              .toList());
    }
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
      assertTrue(output.contains("1 of 4 frames are not of 14-1518 bytes"), output);
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

  @Test
  void shouldFailAndLeaveNothingWhenAWorkerDies() throws IOException {
    try (JavaProcess demo = CliProcess.start("demo", "--unprivileged", "--frames", "1000000000")) {
      demo.awaitLine("demo: sent [1-9].*", LIMIT);
      ProcessHandle.of(demo.pid())
          .orElseThrow()
          .children()
          .filter(child -> commandLine(child.pid()).contains("worker"))
          .findFirst()
          .orElseThrow()
          .destroyForcibly();
      assertEquals(1, demo.awaitExit(LIMIT), () -> String.join("\n", demo.stdout()));
      assertTrue(String.join("\n", demo.stdout()).contains("a process of the demo ended early"));
      assertLeavesNothing(demo.pid());
    }
  }
}
