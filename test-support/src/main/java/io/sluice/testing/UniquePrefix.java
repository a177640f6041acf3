package io.sluice.testing;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * File prefixes and object names that no other test uses, in this JVM or in another. What killed
 * processes have left under them goes when the tests' JVM ends.
 */
public final class UniquePrefix {
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final String OF_THIS_JVM = "t" + ProcessHandle.current().pid() + "-";

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(UniquePrefix::deleteAll));
  }

  private UniquePrefix() {}

  /** A new prefix, {@code t<pid>-<n>}: short enough for interface and zone names. */
  public static String next() {
    return OF_THIS_JVM + NEXT.incrementAndGet();
  }

  /** Where runtime directories and page files are. */
  private static List<String> directories() {
    List<String> all = new ArrayList<>(List.of("/var/run/dpdk", "/tmp/dpdk", "/dev/shm"));
    String runtime = System.getenv("XDG_RUNTIME_DIR");
    if (runtime != null) {
      all.add(runtime + "/dpdk");
    }
    try {
      for (String line : Files.readAllLines(Path.of("/proc/mounts"), StandardCharsets.UTF_8)) {
        String[] fields = line.split(" ");
        if (fields[2].equals("hugetlbfs")) {
          all.add(fields[1]);
        }
      }
    } catch (IOException e) {
      System.err.println("cannot look for hugepage files of tests: " + e);
    }
    return all;
  }

  private static void deleteAll() {
    for (String directory : directories()) {
      File[] files = new File(directory).listFiles((in, name) -> name.startsWith(OF_THIS_JVM));
      for (File file : files == null ? new File[0] : files) {
        delete(file);
      }
    }
  }

  private static void delete(File file) {
    File[] inside = Files.isSymbolicLink(file.toPath()) ? null : file.listFiles();
    for (File each : inside == null ? new File[0] : inside) {
      delete(each);
    }
    if (!file.delete() && file.exists()) {
      System.err.println("cannot delete " + file);
    }
  }
}
