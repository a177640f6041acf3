package io.sluice.memseg;

import io.sluice.config.EalOptions;
import io.sluice.platform.Errno;
import io.sluice.platform.HugepagePool;
import io.sluice.platform.HugepagePools;
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

  /** {@code RTE_LOG_WARNING}. */
  private static final int WARNING = 5;

  private static final String POOLS = "/sys/kernel/mm/hugepages/";
  private static final String NODES = "/sys/devices/system/node/node";

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
    List<HugepagePool> pools = HugepagePools.current();
    Path asked = options.hugeDir() == null ? null : usable(options.hugeDir(), pools);
    Path mount = asked == null ? null : innermostMount(asked, pools);
    List<HugepageInfo> found = new ArrayList<>();
    boolean reserved = false;
    for (HugepagePool pool : pools) {
      Path directory = directoryFor(pool, asked, mount);
      if (directory != null) {
        deleteStale(directory.toString());
        reserved |= pool.total() + number(pool, "nr_overcommit_hugepages") > 0;
        found.add(new HugepageInfo(pool.pageSize(), directory.toString(), freePages(pool)));
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
    if (options.logLevel("lib.eal") >= WARNING) {
      LoggerFactory.getLogger(HugepageSources.class)
          .warn("no hugepages: {}; using shared files in {}", why, PLAIN_DIRECTORY);
    }
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

  /** The directory asked for, in its absolute form, if pages can be made in it. */
  private static Path usable(Path directory, List<HugepagePool> pools) {
    if (!Files.isDirectory(directory)) {
      throw new SluiceException(
          Errno.ENOENT, "--huge-dir '" + directory + "' is no directory; " + choices(pools));
    }
    Path path = directory.toAbsolutePath().normalize();
    if (!HugepagePools.isHugetlbfs(path)) {
      throw new SluiceException(
          Errno.EINVAL,
          "--huge-dir '" + directory + "' is not on a mounted hugetlbfs; " + choices(pools));
    }
    if (!Files.isWritable(path)) {
      throw new SluiceException(
          Errno.EACCES,
          "--huge-dir '" + directory + "' is not writable for this user; chown it or run as root");
    }
    return path;
  }

  private static String choices(List<HugepagePool> pools) {
    StringBuilder text = new StringBuilder();
    for (HugepagePool pool : pools) {
      pool.mountPoints().forEach(mount -> text.append(' ').append(mount));
    }
    return text.isEmpty() ? "none is mounted: mount -t hugetlbfs nodev DIR" : "mounted are" + text;
  }

  private static Path innermostMount(Path directory, List<HugepagePool> pools) {
    Path innermost = null;
    for (HugepagePool pool : pools) {
      for (Path mount : pool.mountPoints()) {
        if (directory.startsWith(mount)
            && (innermost == null || mount.getNameCount() > innermost.getNameCount())) {
          innermost = mount;
        }
      }
    }
    return innermost;
  }

  /**
   * Where files for the pool's pages go; null for nowhere.
   *
   * @param asked the directory asked for, or null
   * @param mount what that one lies in
   */
  private static Path directoryFor(HugepagePool pool, Path asked, Path mount) {
    if (asked != null) {
      return pool.mountPoints().contains(mount) ? asked : null;
    }
    for (Path own : pool.mountPoints()) {
      if (Files.isWritable(own)) {
        return own;
      }
    }
    return null;
  }

  private int[] freePages(HugepagePool pool) {
    int[] pages = new int[SOCKETS];
    long total = 0;
    for (int socket : sockets) {
      long free = readNumber(NODES + socket + "/hugepages/" + nameOf(pool) + "/free_hugepages");
      pages[socket] = (int) free;
      total += free;
    }
    if (total == 0) {
      pages[sockets[0]] = (int) Math.min(obtainablePages(pool), Integer.MAX_VALUE);
    }
    return pages;
  }

  private static long obtainablePages(HugepagePool pool) {
    long free = pool.free() - number(pool, "resv_hugepages");
    long more = number(pool, "nr_overcommit_hugepages") - pool.surplus();
    return Math.max(free, 0) + Math.max(more, 0);
  }

  /** Bytes that can be had from a source as things are now; no process keeps them for another. */
  static long obtainable(HugepageInfo source) {
    if (source.directory().equals(PLAIN_DIRECTORY)) {
      return PlainMemory.left();
    }
    long bytes = 0;
    for (HugepagePool pool : HugepagePools.current()) {
      if (pool.pageSize() == source.pageSize()) {
        bytes += obtainablePages(pool) * pool.pageSize();
      }
    }
    return bytes;
  }

  private static String nameOf(HugepagePool pool) {
    return "hugepages-" + (pool.pageSize() >> 10) + "kB";
  }

  private static long number(HugepagePool pool, String file) {
    return readNumber(POOLS + nameOf(pool) + "/" + file);
  }

  private static long readNumber(String file) {
    try {
      return Long.parseLong(Files.readString(Path.of(file)).strip());
    } catch (IOException | NumberFormatException e) {
      // The pool or node is not there: it has no pages.
      return 0;
    }
  }
}
