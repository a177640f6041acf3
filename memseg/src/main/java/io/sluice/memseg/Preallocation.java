package io.sluice.memseg;

import io.sluice.config.UndoLog;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import java.util.Arrays;
import java.util.List;

/**
 * Which pages a primary takes at start for {@code -m} or {@code --socket-mem} ({@code
 * eal_dynmem_calc_num_pages_per_socket} of 22.11): big pages first, as long as they fit; the next
 * smaller size for the rest if there are enough of it, otherwise one more of the big ones.
 */
final class Preallocation {
  private final List<HugepageInfo> infos;
  private final int[][] pages;

  private Preallocation(List<HugepageInfo> infos) {
    this.infos = infos;
    this.pages = new int[infos.size()][];
  }

  /**
   * Takes the pages and pins them.
   *
   * @param megabytes wanted, by socket
   * @param infos biggest page size first
   */
  static void take(MemsegLists lists, List<HugepageInfo> infos, int[] megabytes) {
    Preallocation plan = of(infos, megabytes);
    for (int i = 0; i < infos.size(); i++) {
      for (int socket = 0; socket < megabytes.length; socket++) {
        plan.allocate(lists, infos.get(i), socket, plan.pages[i][socket]);
      }
    }
  }

  private static Preallocation of(List<HugepageInfo> infos, int[] megabytes) {
    Preallocation plan = new Preallocation(infos);
    for (int i = 0; i < infos.size(); i++) {
      plan.pages[i] = new int[megabytes.length];
    }
    for (int socket = 0; socket < megabytes.length; socket++) {
      plan.choose(socket, megabytes[socket]);
    }
    return plan;
  }

  /** What would be taken on one socket, for each page size. */
  static String describe(List<HugepageInfo> infos, int megabytes) {
    return Arrays.deepToString(of(infos, new int[] {megabytes}).pages);
  }

  private void choose(int socket, int megabytes) {
    long left = (long) megabytes << 20;
    for (int i = 0; i < infos.size() && left > 0; i++) {
      long pageSize = infos.get(i).pageSize();
      int free = infos.get(i).pages()[socket];
      pages[i][socket] = (int) Math.min(left / pageSize, free);
      left -= pages[i][socket] * pageSize;
      if (left > 0 && pages[i][socket] < free && smaller(i + 1, socket) < left) {
        pages[i][socket]++;
        left = 0;
      }
    }
    if (left > 0) {
      throw exhausted(megabytes, socket, megabytes - (left + (1 << 20) - 1 >> 20));
    }
  }

  private long smaller(int from, int socket) {
    long bytes = 0;
    for (int i = from; i < infos.size(); i++) {
      bytes += infos.get(i).pageSize() * infos.get(i).pages()[socket];
    }
    return bytes;
  }

  private SluiceException exhausted(int megabytes, int socket, long available) {
    return new SluiceException(
        Errno.ENOMEM,
        "not enough memory on socket "
            + socket
            + " in "
            + infos.get(0).directory()
            + ": "
            + megabytes
            + " MB asked for, "
            + available
            + " MB free; reserve more hugepages (sluice setup) or ask for less with -m");
  }

  private void allocate(MemsegLists lists, HugepageInfo info, int socket, int count) {
    int left = count;
    while (left > 0) {
      MemsegLists.Pages taken = lists.alloc(UndoLog.NONE, left, info.pageSize(), socket, false);
      if (taken == null) {
        int megabytes = (int) (count * (info.pageSize() >> 20));
        throw exhausted(megabytes, socket, (count - left) * (info.pageSize() >> 20));
      }
      lists.pin(taken);
      left -= taken.count();
    }
  }
}
