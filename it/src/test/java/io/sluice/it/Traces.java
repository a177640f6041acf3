package io.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What a prefix has left on the machine: runtime directory, page files, JVM crash reports. */
final class Traces {
  private Traces() {}

  /** Fails when anything of {@code prefix} is left. */
  static void assertNone(String prefix) {
    assertEquals(List.of(), of(prefix));
  }

  /** Removes what a failed test has left, so that only that test fails. */
  static void remove(String prefix) throws IOException {
    for (String trace : of(prefix)) {
      Path path = Path.of(trace);
      if (path.getFileName().toString().startsWith(prefix)) {
        try (Stream<Path> files = Files.walk(path)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    }
  }

  static List<String> of(String prefix) {
    List<String> found = new ArrayList<>();
    for (Path directory : runtimeDirectories()) {
      if (Files.exists(directory.resolve(prefix))) {
        found.add(directory.resolve(prefix).toString());
      }
    }
    for (Path directory : pageDirectories()) {
      try (Stream<Path> files = Files.list(directory)) {
        files
            .filter(file -> file.getFileName().toString().startsWith(prefix + "map_"))
            .forEach(file -> found.add(file.toString()));
      } catch (IOException e) {
        // a mount that this user may not read cannot hold files of his
      }
    }
    try (Stream<Path> files = Files.list(Path.of(""))) {
      files.map(Path::toString).filter(name -> name.startsWith("hs_err_pid")).forEach(found::add);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return found;
  }

  private static List<Path> runtimeDirectories() {
    List<Path> directories =
        new ArrayList<>(List.of(Path.of("/var/run/dpdk"), Path.of("/tmp/dpdk")));
    String xdg = System.getenv("XDG_RUNTIME_DIR");
    if (xdg != null) {
      directories.add(Path.of(xdg, "dpdk"));
    }
    return directories;
  }

  private static List<Path> pageDirectories() {
    List<Path> directories = new ArrayList<>(List.of(Path.of("/dev/shm")));
    try {
      Files.readAllLines(Path.of("/proc/mounts")).stream()
          .map(line -> line.split(" "))
          .filter(mount -> mount[2].equals("hugetlbfs"))
          .forEach(mount -> directories.add(Path.of(mount[1])));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return directories;
  }
}
