package io.sluice.cli;

import io.sluice.config.RuntimeDirectory;
import io.sluice.platform.HugepagePools;
import io.sluice.platform.Libc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The page files and runtime files of a file prefix; leftovers if no process of it runs. */
public final class Leftovers {
  private static final Pattern PAGE_FILE = Pattern.compile("(.+)map_[0-9]+");
  private static final Path PLAIN_PAGES = Path.of("/dev/shm");

  private Leftovers() {}

  /** Whether a process has that prefix's memory mapped; others' are seen by root only. */
  public static boolean isInUse(String prefix) {
    return !RunningProcesses.ofPrefix(prefix).isEmpty();
  }

  /** Its files, wherever they are. */
  public static List<Path> of(String prefix) {
    List<Path> files = new ArrayList<>();
    pageDirectories().forEach(directory -> addPageFiles(directory, prefix, files));
    addFiles(Path.of(RuntimeDirectory.of(prefix).path()), files);
    return files;
  }

  /** Deletes all of a prefix that no process uses; gives what it deleted. */
  public static List<Path> delete(String prefix) {
    if (isInUse(prefix)) {
      return List.of();
    }
    List<Path> deleted = of(prefix).stream().filter(Leftovers::deleteIfUnlocked).toList();
    RuntimeDirectory.of(prefix).deleteIfEmpty();
    return deleted;
  }

  private static List<Path> pageDirectories() {
    List<Path> directories = new ArrayList<>();
    HugepagePools.current().forEach(pool -> directories.addAll(pool.mountPoints()));
    directories.add(PLAIN_PAGES);
    return directories;
  }

  private static void addPageFiles(Path directory, String prefix, List<Path> files) {
    List<Path> all = new ArrayList<>();
    addFiles(directory, all);
    for (Path file : all) {
      Matcher name = PAGE_FILE.matcher(file.getFileName().toString());
      if (name.matches() && name.group(1).equals(prefix)) {
        files.add(file);
      }
    }
  }

  private static void addFiles(Path directory, List<Path> files) {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> entries = Files.list(directory)) {
      entries.filter(entry -> !Files.isDirectory(entry)).sorted().forEach(files::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A socket cannot be opened; its process is gone, or the prefix would be in use. */
  private static boolean deleteIfUnlocked(Path file) {
    int fd = Libc.open(file.toString(), Libc.O_RDONLY, 0);
    try {
      return (fd < 0 || Libc.flock(fd, Libc.LOCK_EX | Libc.LOCK_NB) == 0)
          && Libc.unlink(file.toString()) == 0;
    } finally {
      if (fd >= 0) {
        Libc.close(fd);
      }
    }
  }
}
