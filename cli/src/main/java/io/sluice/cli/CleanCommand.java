package io.sluice.cli;

import io.sluice.config.RuntimeDirectory;
import io.sluice.platform.HugepagePools;
import io.sluice.platform.Libc;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code sluice clean}: removes what killed processes left. A prefix with a running process is left
 * alone, and so is a page file that somebody locks, as every process locks those it has mapped.
 */
@Command(
    name = "clean",
    description = "Removes page files and runtime files whose processes are gone.",
    mixinStandardHelpOptions = true)
final class CleanCommand implements Callable<Integer> {
  private static final Pattern PAGE_FILE = Pattern.compile("(.+)map_[0-9]+");
  private static final Path PLAIN_PAGES = Path.of("/dev/shm");

  @Spec private CommandSpec spec;

  @Option(names = "--file-prefix", paramLabel = "PREFIX", description = "Only that one.")
  private String filePrefix;

  @Option(names = "--dry-run", description = "Only says what it would remove.")
  private boolean dryRun;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    TreeSet<String> prefixes = new TreeSet<>();
    if (filePrefix != null) {
      prefixes.add(filePrefix);
    } else {
      prefixes.addAll(RuntimeDirectory.list());
    }
    int removed = 0;
    for (String prefix : prefixes) {
      if (RunningProcesses.ofPrefix(prefix).isEmpty()) {
        removed += clean(prefix, out);
      } else {
        out.println("in use: " + prefix + "; see sluice ps");
      }
    }
    out.println((dryRun ? "would remove " : "removed ") + removed + " files");
    out.flush();
    return 0;
  }

  private int clean(String prefix, PrintWriter out) {
    List<Path> files = new ArrayList<>();
    pageDirectories().forEach(directory -> addPageFiles(directory, prefix, files));
    Path runtime = Path.of(RuntimeDirectory.of(prefix).path());
    addFiles(runtime, files);
    int removed = 0;
    for (Path file : files) {
      if (dryRun || deleteIfUnlocked(file)) {
        out.println((dryRun ? "would remove " : "removed ") + file);
        removed++;
      }
    }
    if (!dryRun) {
      RuntimeDirectory.of(prefix).deleteIfEmpty();
    }
    return removed;
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
