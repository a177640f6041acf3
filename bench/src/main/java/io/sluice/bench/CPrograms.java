package io.sluice.bench;

import io.sluice.cli.processes.Console;
import io.sluice.platform.Libc;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The C side: built from {@code bench/src/main/c} against the installed {@code libdpdk-dev}, which
 * is installed first if it is missing and this process may.
 */
final class CPrograms {
  private static final List<String> PACKAGES =
      List.of("gcc", "libc6-dev", "pkg-config", "libdpdk-dev", "dpdk-dev");

  private final Path sources;
  private final Path target;
  private final Console console;

  CPrograms(Path home, Console console) {
    this.sources = home.resolve("bench/src/main/c");
    this.target = home.resolve("bench/target/c");
    this.console = console;
  }

  /** The program, or null if it cannot be built here; then it has said why. */
  Path build() {
    if (!isDpdkThere() || !isThere(TestPmd.PROGRAM)) {
      install();
    }
    if (!isDpdkThere()) {
      console.say(
          "bench: no C side, since libdpdk-dev is not installed; as root: apt-get install "
              + String.join(" ", PACKAGES));
      return null;
    }
    Path program = target.resolve("sluice-bench");
    Output compiled = compile(program);
    if (compiled.code() != 0) {
      console.say("bench: no C side, since it does not compile:\n" + compiled.text());
      return null;
    }
    return program;
  }

  /** DPDK's version as pkg-config tells it. */
  String version() {
    return run("pkg-config", "--modversion", "libdpdk").text().strip();
  }

  private static boolean isDpdkThere() {
    return run("gcc", "--version").code() == 0
        && run("pkg-config", "--exists", "libdpdk").code() == 0;
  }

  /** Whether a program is on the PATH. */
  static boolean isThere(String program) {
    return run("which", program).code() == 0;
  }

  private void install() {
    if (Libc.geteuid() != 0) {
      return;
    }
    console.say("bench: installing " + String.join(" ", PACKAGES));
    List<String> command =
        new ArrayList<>(List.of("apt-get", "install", "-y", "--no-install-recommends"));
    command.addAll(PACKAGES);
    run("apt-get", "update");
    run(command.toArray(String[]::new));
  }

  /** Afresh each time: that takes a second, and the machine's instructions are those of today. */
  private Output compile(Path program) {
    List<String> command =
        new ArrayList<>(List.of("gcc", "-std=gnu11", "-O3", "-march=native", "-Wall", "-Werror"));
    command.addAll(words(run("pkg-config", "--cflags", "libdpdk").text()));
    try (Stream<Path> files = Files.list(sources)) {
      files.map(Path::toString).filter(name -> name.endsWith(".c")).sorted().forEach(command::add);
      Files.createDirectories(target);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    command.addAll(List.of("-o", program.toString()));
    command.addAll(words(run("pkg-config", "--libs", "libdpdk").text()));
    return run(command.toArray(String[]::new));
  }

  private static List<String> words(String text) {
    return Stream.of(text.strip().split("\\s+")).filter(word -> !word.isEmpty()).toList();
  }

  private record Output(int code, String text) {}

  private static Output run(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Output(process.waitFor(), text);
    } catch (IOException e) {
      return new Output(-1, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Output(-1, "interrupted");
    }
  }
}
