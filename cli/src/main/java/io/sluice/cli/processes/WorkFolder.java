package io.sluice.cli.processes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A command's temporary folder, for itself alone; {@link #close} removes it and all that it has.
 */
public final class WorkFolder implements AutoCloseable {
  private final Path path;

  /**
   * Makes one.
   *
   * @param prefix names the command and its process, so that what one that was killed has left can
   *     be told from what another still has
   */
  public WorkFolder(String prefix) {
    try {
      path = Files.createTempDirectory("sluice-" + prefix + "-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path path() {
    return path;
  }

  public Path resolve(String name) {
    return path.resolve(name);
  }

  @Override
  public void close() {
    delete(path);
  }

  /** Removes one, which may be of a command that was killed. */
  static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
