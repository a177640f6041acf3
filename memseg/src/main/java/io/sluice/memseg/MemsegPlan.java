package io.sluice.memseg;

import io.sluice.config.Fbarray;
import io.sluice.config.MemsegLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * How many memseg lists there are for each page size and socket, how long, and at which addresses:
 * the arithmetic of {@code eal_dynmem_memseg_lists_init} and {@code eal_get_virtual_area} of 22.11.
 *
 * @param lists in the order of the config's {@code memsegs[]}
 * @param end the address behind everything
 */
record MemsegPlan(List<PlannedList> lists, long end) {
  /** {@code RTE_MAX_MEMSEG_LISTS}. */
  static final int MAX_LISTS = 128;

  private static final long MAX_SEGS_PER_LIST = 8192;
  private static final long MAX_SEGS_PER_TYPE = 32768;
  private static final long MAX_MEM = 524_288L << 20;
  private static final long MAX_MEM_PER_LIST = 32_768L << 20;
  private static final long MAX_MEM_PER_TYPE = 65_536L << 20;
  private static final long PAGE = 4096;

  /**
   * One list.
   *
   * @param pageSize bytes
   * @param socket NUMA node
   * @param number counts the lists of this page size and socket
   * @param segments pages it has room for
   * @param arrayAddress where its fbarray's data lies
   * @param baseAddress where its pages lie
   */
  record PlannedList(
      long pageSize, int socket, int number, int segments, long arrayAddress, long baseAddress) {
    long length() {
      return pageSize * segments;
    }

    /** {@code MEMSEG_LIST_FMT}. */
    String name() {
      return "memseg-" + (pageSize >> 10) + "k-" + socket + "-" + number;
    }
  }

  /**
   * Plans the lists upwards from an address.
   *
   * @param pageSizes biggest first, as DPDK orders them
   */
  static MemsegPlan of(long from, List<Long> pageSizes, int[] sockets) {
    List<PlannedList> lists = new ArrayList<>();
    int types = pageSizes.size() * sockets.length;
    long memoryPerType = Math.min(MAX_MEM_PER_TYPE, MAX_MEM / types);
    long next = from;
    for (long pageSize : pageSizes) {
      long segsPerType = Math.min(memoryPerType / pageSize, MAX_SEGS_PER_TYPE);
      long segsPerList = Math.min(segsPerType, MAX_SEGS_PER_LIST);
      long memoryPerList = Math.min(segsPerList * pageSize, MAX_MEM_PER_LIST);
      int segments = (int) Math.min(segsPerList, memoryPerList / pageSize);
      long count = Math.min(segsPerType / segments, memoryPerType / memoryPerList);
      count = Math.min(count, MAX_LISTS / types);
      for (int socket : sockets) {
        for (int number = 0; number < count; number++) {
          long array = MallocElem.ceil(next, PAGE);
          long base = MallocElem.ceil(array + arrayLength(segments), pageSize);
          lists.add(new PlannedList(pageSize, socket, number, segments, array, base));
          next = base + pageSize * segments;
        }
      }
    }
    return new MemsegPlan(lists, next);
  }

  private static long arrayLength(int segments) {
    return Fbarray.fileLength(segments, MemsegLayout.SIZEOF);
  }
}
