package io.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.sluice.memzone.MemZone;
import io.sluice.secondary.Secondary;
import io.sluice.secondary.SecondaryApp;
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
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code sluice} file, in a folder of its own that has what a build leaves there. */
class LauncherTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String VERSION = "sluice 0.1.0\n";

  @TempDir static Path home;

  @BeforeAll
  static void makeHome() throws IOException {
    BuiltHome.make(home);
    assertEquals(VERSION, outputWith(Map.of()));
  }

  /** What {@code --version} prints to both streams. */
  private static String outputWith(Map<String, String> environment) throws IOException {
    return outputOf(environment, "--version");
  }

  private static String outputOf(Map<String, String> environment, String... arguments)
      throws IOException {
    Path output = home.resolve("output");
    List<String> command = new ArrayList<>(List.of(home.resolve("sluice").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        fail("no end of " + builder.command() + ", so far " + Files.readString(output));
      }
      assertEquals(0, process.exitValue(), Files.readString(output));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      process.destroyForcibly();
    }
    return Files.readString(output);
  }

  private static List<Path> archives() throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("target"))) {
      return files.filter(file -> file.toString().endsWith(".jsa")).toList();
    }
  }

  @Test
  void shouldArchiveOnceForAllLaterStarts() throws IOException {
    List<Path> archives = archives();
    assertEquals(1, archives.size(), archives::toString);
    var made = Files.getLastModifiedTime(archives.get(0));
    outputWith(Map.of());
    assertEquals(archives, archives());
    assertEquals(made, Files.getLastModifiedTime(archives.get(0)));
    assertTrue(Files.size(archives.get(0)) > 1 << 20, "it holds classes");
  }

  @Test
  void shouldSayNothingOfAnArchiveThatFlagsMakeUseless() throws IOException {
    assertEquals(VERSION, outputWith(Map.of("SLUICE_JAVA_OPTS", "-XX:-UseCompressedOops")));
  }

  /** Says where it has been attached. */
  public static final class Attached implements SecondaryApp {
    @Override
    public void run(Secondary secondary, String[] arguments) {
      MemZone zone = MemZone.lookup(secondary.memory(), "MP_mb_pool_0");
      System.out.println("attached, a zone at " + Long.toHexString(zone.address()));
    }
  }

  /** A heap of 8 GB is put at 0x600000000 otherwise, where DPDK has reserved addresses. */
  @Test
  @RequiresRoot
  @RequiresCommand({"dpdk-testpmd", "od"})
  @RequiresHugepages(kb = 2048, count = 32)
  void shouldKeepTheHeapOutOfTheWindowOfARunningPrimary() throws IOException {
    String prefix = UniquePrefix.next();
    List<String> command =
        new ArrayList<>(List.of("stdbuf", "-oL", "dpdk-testpmd", "--file-prefix", prefix));
    command.addAll(List.of("-l", "0,1", "-m", "32", "--no-pci", "--no-telemetry"));
    command.addAll(List.of("--vdev", "net_null0", "--", "-i", "--total-num-mbufs=2047"));
    try (JavaProcess testpmd = JavaProcess.startCommand(command)) {
      testpmd.awaitLine("Done", LIMIT);
      Map<String, String> large =
          Map.of("SLUICE_JAVA_OPTS", "-Xmx8g", "SLUICE_CLASSPATH", JavaProcess.classPath());
      String said =
          outputOf(large, "secondary", Attached.class.getName(), "--file-prefix", prefix, "-l9@0");
      assertTrue(said.contains("secondary: the primary is DPDK 22.11."), said);
      assertTrue(said.contains("attached, a zone at 1"), said);
      testpmd.send("quit");
      assertEquals(0, testpmd.awaitExit(LIMIT), () -> String.join("\n", testpmd.stdout()));
    }
  }
}
