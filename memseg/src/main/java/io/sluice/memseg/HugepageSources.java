package io.sluice.memseg;

import io.sluice.config.EalOptions;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Where a primary takes its pages from ({@code eal_hugepage_info.c} of 22.11): every hugepage size
 * with a hugetlbfs mount that this user may write to; or, where there is none, plain files in
 * /dev/shm cut into "pages" of 2 MB, which every process can share just the same.
 */
public final class HugepageSources {
  /** Where pages are plain files. */
  public static final String PLAIN_DIRECTORY = "/dev/shm";

  private static final long PLAIN_PAGE = 2L << 20;
  private static final int SOCKETS = 32;
  private static final Path POOLS = Path.of("/sys/kernel/mm/hugepages");

  private final EalOptions options;
  private final int[] sockets;

  private HugepageSources(EalOptions options, int[] sockets) {
    this.options = options;
    this.sockets = sockets;
  }

  /**
   * Finds the sources for a primary, biggest page size first, after it has deleted what earlier
   * primaries of the prefix left in them.
   *
   * @throws SluiceException if the huge-dir asked for is not usable, or no page is free
   */
  public static List<HugepageInfo> find(EalOptions options, int[] sockets) {
    return new HugepageSources(options, sockets).find();
  }

  private List<HugepageInfo> find() {
    deleteStale(PLAIN_DIRECTORY);
    if (options.noHuge()) {
      return plain("--no-huge");
    }
    List<Mount> mounts = mounts();
    if (options.hugeDir() != null) {
      mounts = List.of(asked(options.hugeDir(), mounts));
    }
    List<HugepageInfo> found = new ArrayList<>();
    boolean reserved = false;
    for (long pageSize : poolSizes()) {
      Mount mount = usable(mounts, pageSize);
      if (mount != null) {
        deleteStale(mount.directory);
        reserved |= pool(pageSize, "nr_hugepages") + pool(pageSize, "nr_overcommit_hugepages") > 0;
        found.add(new HugepageInfo(pageSize, mount.directory, freePages(pageSize)));
      }
    }
    found.sort(Comparator.comparingLong(HugepageInfo::pageSize).reversed());
    if (found.size() > HugepageInfoFile.MAX_SIZES) {
      found = found.subList(0, HugepageInfoFile.MAX_SIZES);
    }
    if (found.stream().anyMatch(info -> info.totalPages() > 0)) {
      return found;
    }
    if (reserved) {
      throw new SluiceException(
          Errno.ENOMEM,
          "no free hugepages in "
              + found.get(0).directory()
              + ": all are in use; free some, reserve more (sluice setup), or use --no-huge");
    }
    if (options.hugeDir() != null) {
      throw new SluiceException(
          Errno.ENOMEM,
          "no hugepages reserved for "
              + options.hugeDir()
              + "; reserve some (sluice setup), or use --no-huge");
    }
    return plain(
        found.isEmpty()
            ? "no hugetlbfs mount that this user may write to (sluice setup makes one)"
            : "no hugepages reserved (sluice setup reserves some)");
  }

  private List<HugepageInfo> plain(String why) {
    LoggerFactory.getLogger(HugepageSources.class)
        .warn("no hugepages: {}; using shared files in {}", why, PLAIN_DIRECTORY);
    int[] pages = new int[SOCKETS];
    long free = new File(PLAIN_DIRECTORY).getUsableSpace() / PLAIN_PAGE;
    pages[sockets[0]] = (int) Math.min(free, Integer.MAX_VALUE);
    return List.of(new HugepageInfo(PLAIN_PAGE, PLAIN_DIRECTORY, pages));
  }

  private void deleteStale(String directory) {
    int lock = HugepageFiles.lockDirectory(directory);
    HugepageFiles.deleteStale(directory, options.filePrefix());
    HugepageFiles.unlockDirectory(lock);
  }

  private record Mount(String directory, long pageSize) {
    boolean holds(String path) {
      return path.equals(directory)
          || path.startsWith(directory.equals("/") ? "/" : directory + "/");
    }
  }

  private static List<Mount> mounts() {
    List<Mount> mounts = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(Path.of("/proc/mounts"))) {
        String[] fields = line.split(" ");
        if (fields.length > 3 && fields[2].equals("hugetlbfs")) {
          mounts.add(new Mount(fields[1], pageSizeOption(fields[3])));
        }
      }
    } catch (IOException e) {
      throw new SluiceException(Errno.EIO, "cannot read /proc/mounts", e);
    }
    return mounts;
  }

  private static long pageSizeOption(String options) throws IOException {
    for (String option : options.split(",")) {
      if (option.startsWith("pagesize=")) {
        return parseSize(option.substring("pagesize=".length()));
      }
    }
    for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
      if (line.startsWith("Hugepagesize:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
      }
    }
    return PLAIN_PAGE;
  }

  private static long parseSize(String text) {
    long number = Long.parseLong(text.replaceAll("[^0-9]", ""));
    return switch (text.charAt(text.length() - 1)) {
      case 'K', 'k' -> number << 10;
      case 'M' -> number << 20;
      case 'G' -> number << 30;
      default -> number;
    };
  }

  /** The mount that the directory asked for lies in, with that directory in its place. */
  private static Mount asked(Path directory, List<Mount> mounts) {
    String path = directory.toAbsolutePath().normalize().toString();
    if (!Files.isDirectory(directory)) {
      throw new SluiceException(
          Errno.ENOENT, "--huge-dir '" + directory + "' is no directory; " + choices(mounts));
    }
    Mount found = null;
    for (Mount mount : mounts) {
      if (mount.holds(path)
          && (found == null || mount.directory.length() > found.directory.length())) {
        found = mount;
      }
    }
    if (found == null) {
      throw new SluiceException(
          Errno.EINVAL,
          "--huge-dir '" + directory + "' is not on a mounted hugetlbfs; " + choices(mounts));
    }
    if (!Files.isWritable(directory)) {
      throw new SluiceException(
          Errno.EACCES,
          "--huge-dir '" + directory + "' is not writable for this user; chown it or run as root");
    }
    return new Mount(path, found.pageSize);
  }

  private static String choices(List<Mount> mounts) {
    if (mounts.isEmpty()) {
      return "none is mounted: mount -t hugetlbfs nodev DIR";
    }
    StringBuilder text = new StringBuilder("mounted are");
    for (Mount mount : mounts) {
      text.append(' ').append(mount.directory);
    }
    return text.toString();
  }

  private static Mount usable(List<Mount> mounts, long pageSize) {
    for (Mount mount : mounts) {
      if (mount.pageSize == pageSize && Files.isWritable(Path.of(mount.directory))) {
        return mount;
      }
    }
    return null;
  }

  private static List<Long> poolSizes() {
    List<Long> sizes = new ArrayList<>();
    String[] names = POOLS.toFile().list();
    for (String name : names == null ? new String[0] : names) {
      if (name.startsWith("hugepages-") && name.endsWith("kB")) {
        sizes.add(Long.parseLong(name.substring("hugepages-".length(), name.length() - 2)) << 10);
      }
    }
    return sizes;
  }

  private static String poolName(long pageSize) {
    return "hugepages-" + (pageSize >> 10) + "kB";
  }

  private static long pool(long pageSize, String file) {
    return readNumber(POOLS.resolve(poolName(pageSize)).resolve(file));
  }

  private int[] freePages(long pageSize) {
    int[] pages = new int[SOCKETS];
    long total = 0;
    for (int socket : sockets) {
      long free =
          readNumber(
              Path.of("/sys/devices/system/node/node" + socket, "hugepages", poolName(pageSize))
                  .resolve("free_hugepages"));
      pages[socket] = (int) free;
      total += free;
    }
    if (total == 0) {
      long free = pool(pageSize, "free_hugepages") - pool(pageSize, "resv_hugepages");
      long more = pool(pageSize, "nr_overcommit_hugepages") - pool(pageSize, "surplus_hugepages");
      long count = Math.max(free, 0) + Math.max(more, 0);
      pages[sockets[0]] = (int) Math.min(count, Integer.MAX_VALUE);
    }
    return pages;
  }

  private static long readNumber(Path file) {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException | NumberFormatException e) {
      // The pool or node is not there: it has no pages.
      return 0;
    }
  }
}
