package io.sluice.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The machine's hugepages: {@code /sys/kernel/mm/hugepages} and {@code /proc/mounts}. */
public final class HugepagePools {
  private static final Path POOLS = Path.of("/sys/kernel/mm/hugepages");
  private static final Path MOUNTS = Path.of("/proc/mounts");
  private static final String PREFIX = "hugepages-";
  private static final long DEFAULT_PAGE_SIZE = 2L << 20;

  private HugepagePools() {}

  /** Every pool as it is now, smallest pages first; empty where the kernel has none. */
  public static List<HugepagePool> current() {
    return read(POOLS, MOUNTS);
  }

  static List<HugepagePool> read(Path pools, Path mounts) {
    if (!Files.isDirectory(pools)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(pools)) {
      List<String> mountLines = Files.readAllLines(mounts);
      return folders
          .filter(folder -> folder.getFileName().toString().startsWith(PREFIX))
          .map(folder -> readPool(folder, mountLines))
          .sorted(Comparator.comparingLong(HugepagePool::pageSize))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HugepagePool readPool(Path folder, List<String> mountLines) {
    long pageSize = parseSize(folder.getFileName().toString().substring(PREFIX.length()));
    return new HugepagePool(
        pageSize,
        readCount(folder.resolve("nr_hugepages")),
        readCount(folder.resolve("free_hugepages")),
        readCount(folder.resolve("surplus_hugepages")),
        mountPoints(mountLines, pageSize));
  }

  private static long readCount(Path file) {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> mountPoints(List<String> mountLines, long pageSize) {
    List<Path> found = new ArrayList<>();
    for (String line : mountLines) {
      String[] fields = line.split(" ");
      if (fields[2].equals("hugetlbfs") && pageSizeOption(fields[3]) == pageSize) {
        found.add(Path.of(unescape(fields[1])));
      }
    }
    return List.copyOf(found);
  }

  private static long pageSizeOption(String options) {
    for (String option : options.split(",")) {
      if (option.startsWith("pagesize=")) {
        return parseSize(option.substring("pagesize=".length()));
      }
    }
    return DEFAULT_PAGE_SIZE;
  }

  /** A number with the kernel's unit: {@code 2M}, {@code 1G} or {@code 2048kB}. */
  private static long parseSize(String text) {
    String digits = text.replaceAll("[^0-9].*", "");
    long number = Long.parseLong(digits);
    String unit = text.substring(digits.length());
    return switch (unit.isEmpty() ? ' ' : Character.toUpperCase(unit.charAt(0))) {
      case 'K' -> number << 10;
      case 'M' -> number << 20;
      case 'G' -> number << 30;
      default -> number;
    };
  }

  /** {@code /proc/mounts} writes a blank in a path as {@code \040}. */
  private static String unescape(String path) {
    return path.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\");
  }

  /** Whether a path, which must exist, lies on a hugetlbfs; an ordinary folder does not. */
  public static boolean isHugetlbfs(Path path) {
    try {
      return Files.getFileStore(path).type().equals("hugetlbfs");
    } catch (IOException e) {
      return false;
    }
  }
}
