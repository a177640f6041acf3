package io.sluice.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A folder that has what a build leaves for the {@code sluice} command, and nothing else. */
public final class BuiltHome {
  /** What the command runs, in the folder. */
  public static final Path JAR = Path.of("samples", "target", "sluice.jar");

  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

  private BuiltHome() {}

  /** Fills an empty folder; the test is skipped if the command is not built. */
  public static void make(Path home) throws IOException {
    Path libraries = JAR.resolveSibling("native");
    assumeTrue(
        Files.exists(PROJECT.resolve(JAR)) && Files.exists(PROJECT.resolve(libraries)),
        "needs the command built: run ./sluice --help once");
    Files.createDirectories(home.resolve(libraries));
    try (Stream<Path> files = Files.list(PROJECT.resolve(libraries))) {
      for (Path file : files.toList()) {
        Files.copy(file, home.resolve(PROJECT.relativize(file)));
      }
    }
    Files.copy(PROJECT.resolve(JAR), home.resolve(JAR));
    Files.copy(PROJECT.resolve("sluice"), home.resolve("sluice"));
    Files.createFile(Files.createDirectory(home.resolve("target")).resolve("sluice.built"));
  }
}
