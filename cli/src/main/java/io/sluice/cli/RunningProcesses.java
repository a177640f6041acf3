package io.sluice.cli;

import io.sluice.config.RuntimeDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The processes that have the config of a file prefix mapped: ours and DPDK's. Of other users'
 * processes only root sees any.
 */
final class RunningProcesses {
  /** A JVM's flags, of which {@code -cp} and its like have a value, up to the main class. */
  private static final Pattern JVM_FLAGS =
      Pattern.compile(
          "^[^\\x00]*java\\x00(?:-(?:cp|classpath|-class-path)\\x00[^\\x00]*+\\x00|-[^\\x00]*+\\x00)*+");

  private RunningProcesses() {}

  /** The pids, ascending. */
  static SortedSet<Integer> ofPrefix(String prefix) {
    // The kernel names the file as it was opened, and /var/run is a link to /run.
    Path config = Path.of(RuntimeDirectory.of(prefix).path(), "config");
    String real;
    try {
      real = config.toRealPath().toString();
    } catch (IOException e) {
      return new TreeSet<>();
    }
    TreeSet<Integer> pids = new TreeSet<>();
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      processes
          .filter(process -> process.getFileName().toString().matches("[0-9]+"))
          .filter(process -> maps(process, real))
          .forEach(process -> pids.add(Integer.parseInt(process.getFileName().toString())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pids;
  }

  private static boolean maps(Path process, String file) {
    try (Stream<String> lines = Files.lines(process.resolve("maps"), StandardCharsets.ISO_8859_1)) {
      return lines.anyMatch(line -> line.endsWith(" " + file));
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  /**
   * A process's command line, cut to {@code limit} characters; empty if it is gone. Of a JVM only
   * what follows its flags, and of this command what the user typed.
   */
  static String command(int pid, int limit) {
    try {
      // As bytes: an argument need not be text.
      byte[] bytes = Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline"));
      String line = new String(bytes, StandardCharsets.UTF_8).strip();
      line = JVM_FLAGS.matcher(line).replaceFirst("java\0");
      line = line.replace("java\0" + SluiceCommand.class.getName(), "sluice").replace('\0', ' ');
      return line.length() <= limit ? line.strip() : line.substring(0, limit - 1) + "…";
    } catch (IOException e) {
      return "";
    }
  }
}
