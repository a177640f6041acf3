package io.sluice.cli;

import io.sluice.config.RuntimeDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The processes that have the config of a file prefix mapped: ours and DPDK's. Of other users'
 * processes only root sees any.
 */
final class RunningProcesses {
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

  /** A process's command line, cut to {@code limit} characters; empty if it is gone. */
  static String command(int pid, int limit) {
    try {
      String line = Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
      return line.length() <= limit ? line.strip() : line.substring(0, limit - 1) + "…";
    } catch (IOException e) {
      return "";
    }
  }
}
