package io.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code sluice} file, in a folder of its own that has what a build leaves there. */
class LauncherTest {
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
  private static final long LIMIT_SECONDS = 60;
  private static final String VERSION = "sluice 0.1.0\n";

  @TempDir static Path home;

  @BeforeAll
  static void makeHome() throws IOException {
    Path built = Path.of("samples", "target");
    Path jar = built.resolve("sluice.jar");
    Path libraries = built.resolve("native");
    assumeTrue(
        Files.exists(PROJECT.resolve(jar)) && Files.exists(PROJECT.resolve(libraries)),
        "needs the command built: run ./sluice --help once");
    Files.createDirectories(home.resolve(libraries));
    try (Stream<Path> files = Files.list(PROJECT.resolve(libraries))) {
      for (Path file : files.toList()) {
        Files.copy(file, home.resolve(PROJECT.relativize(file)));
      }
    }
    Files.copy(PROJECT.resolve(jar), home.resolve(jar));
    Files.copy(PROJECT.resolve("sluice"), home.resolve("sluice"));
    Files.createFile(Files.createDirectory(home.resolve("target")).resolve("sluice.built"));
    assertEquals(VERSION, outputWith(Map.of()));
  }

  /** What {@code --version} prints to both streams. */
  private static String outputWith(Map<String, String> environment) throws IOException {
    Path output = home.resolve("output");
    ProcessBuilder builder = new ProcessBuilder(home.resolve("sluice").toString(), "--version");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        fail("no end of " + builder.command() + ", so far " + Files.readString(output));
      }
      assertEquals(0, process.exitValue(), () -> "see " + output);
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
}
