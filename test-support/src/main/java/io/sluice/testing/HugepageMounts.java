package io.sluice.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The hugetlbfs mounts of this machine. */
public final class HugepageMounts {
  private HugepageMounts() {}

  /** Where a hugetlbfs with pages of this size is mounted. */
  public static Optional<Path> of(int kb) throws IOException {
    String option = option(kb);
    return Files.readAllLines(Path.of("/proc/mounts")).stream()
        .map(line -> line.split(" "))
        .filter(mount -> mount[2].equals("hugetlbfs") && mount[3].contains(option))
        .map(mount -> Path.of(mount[1]))
        .findFirst();
  }

  /** As the kernel writes it, 1 GB as 1024M. */
  static String option(int kb) {
    return "pagesize=" + (kb >> 10) + "M";
  }
}
