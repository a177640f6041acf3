package io.sluice.memseg;

import io.sluice.config.Fbarray;
import io.sluice.config.MemConfig;
import io.sluice.config.MemConfigLayout;
import io.sluice.config.MemsegLayout;
import io.sluice.config.MemsegListLayout;
import io.sluice.config.UndoLog;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The memseg lists of one process: which pages are in use, where, and with which IO address; and
 * their mapping into this process ({@code eal_memalloc.c}, {@code eal_common_memory.c} of 22.11).
 *
 * <p>Only the primary takes pages and gives them back; it marks them in the shared fbarrays and
 * raises the list's version. A secondary follows with {@link #syncWithPrimary}, and keeps for
 * itself which pages it has mapped (DPDK keeps that in a file of its own which nobody else reads).
 *
 * <p>Everything here that changes something is called under the config's memory_hotplug_lock held
 * for writing by the process that started the change, or at set-up.
 */
public final class MemsegLists {
  /** {@code RTE_MEMSEG_FLAG_DO_NOT_FREE}: preallocated, stays for the primary's life. */
  static final int DO_NOT_FREE = 1;

  private final long config;
  private final Iova iova;
  private final HugepageFiles files;
  private final List<HugepageInfo> infos;
  private Role role;
  private final List<MemsegList> lists = new ArrayList<>();

  MemsegLists(
      MemConfig config, Iova iova, HugepageFiles files, List<HugepageInfo> infos, Role role) {
    this.config = config.address();
    this.iova = iova;
    this.files = files;
    this.infos = infos;
    this.role = role;
  }

  /** One used list of the config. */
  private record MemsegList(int index, long address, Fbarray segments, BitSet mapped) {
    long base() {
      return Memory.getLong(address + MemsegListLayout.BASE_VA);
    }

    long length() {
      return Memory.getLong(address + MemsegListLayout.LEN);
    }

    long pageSize() {
      return pageSizeOf(address);
    }

    int socket() {
      return socketOf(address);
    }

    boolean holds(long at) {
      return at >= base() && at < base() + length();
    }

    void raiseVersion() {
      int version = Memory.getInt(address + MemsegListLayout.VERSION);
      Memory.putIntRelease(address + MemsegListLayout.VERSION, version + 1);
    }
  }

  /**
   * Pages that were taken in one go.
   *
   * @param list index of the list
   * @param first index of the first page
   * @param count how many
   * @param address of the first
   * @param pageSize bytes each
   */
  record Pages(int list, int first, int count, long address, long pageSize) {
    long length() {
      return count * pageSize;
    }
  }

  /** The address of the config's entry for a list. */
  static long listAddress(long config, int index) {
    return config + MemConfigLayout.MEMSEGS + (long) index * MemsegListLayout.SIZEOF;
  }

  void add(int index, Fbarray segments) {
    long address = listAddress(config, index);
    lists.add(new MemsegList(index, address, segments, new BitSet()));
    long pageSize = pageSizeOf(address);
    files.addList(index, infoFor(pageSize).directory());
  }

  private HugepageInfo infoFor(long pageSize) {
    for (HugepageInfo info : infos) {
      if (info.pageSize() == pageSize) {
        return info;
      }
    }
    throw new SluiceException(
        Errno.EINVAL,
        "hugepage_info names no directory for pages of "
            + (pageSize >> 10)
            + " kB; restart the primary");
  }

  static long pageSizeOf(long msl) {
    return Memory.getLong(msl + MemsegListLayout.PAGE_SZ);
  }

  static int socketOf(long msl) {
    return Memory.getInt(msl + MemsegListLayout.SOCKET_ID);
  }

  /** The page sizes of a socket's lists, smallest first. */
  long[] pageSizes(int socket) {
    long[] sizes = new long[lists.size()];
    int count = 0;
    for (MemsegList list : lists) {
      if (list.socket() == socket && indexOf(sizes, count, list.pageSize()) < 0) {
        sizes[count++] = list.pageSize();
      }
    }
    long[] found = java.util.Arrays.copyOf(sizes, count);
    java.util.Arrays.sort(found);
    return found;
  }

  private static int indexOf(long[] values, int count, long value) {
    for (int i = 0; i < count; i++) {
      if (values[i] == value) {
        return i;
      }
    }
    return -1;
  }

  private MemsegList listOf(long address) {
    for (MemsegList list : lists) {
      if (list.holds(address)) {
        return list;
      }
    }
    return null;
  }

  private MemsegList listAt(long msl) {
    for (MemsegList list : lists) {
      if (list.address == msl) {
        return list;
      }
    }
    return null;
  }

  /** {@code rte_mem_virt2memseg_list}: the config's entry of the list, or 0. */
  public long virt2memsegList(long address) {
    MemsegList list = listOf(address);
    return list == null ? 0 : list.address;
  }

  /** {@code rte_mem_virt2memseg}: the {@code rte_memseg} of the page in use there, or 0. */
  public long virt2memseg(long address) {
    MemsegList list = listOf(address);
    if (list == null) {
      return 0;
    }
    int index = (int) ((address - list.base()) / list.pageSize());
    return list.segments.isUsed(index) ? list.segments.get(index) : 0;
  }

  /** The IO address of a byte in a page in use, or {@link Iova#BAD}. */
  public long virt2iova(long address) {
    if (!iova.isPhysical()) {
      return address;
    }
    long memseg = virt2memseg(address);
    if (memseg == 0) {
      return Iova.BAD;
    }
    long start = Memory.getLong(memseg + MemsegLayout.IOVA);
    return start == Iova.BAD
        ? Iova.BAD
        : start + address - Memory.getLong(memseg + MemsegLayout.ADDR);
  }

  /** {@code rte_mem_iova2virt}: the address with that IO address, or 0. */
  public long iova2virt(long ioAddress) {
    long[] found = new long[1];
    walk(
        (list, page, memseg) -> {
          long start = Memory.getLong(memseg + MemsegLayout.IOVA);
          long length = Memory.getLong(memseg + MemsegLayout.LEN);
          if (ioAddress >= start && ioAddress < start + length) {
            found[0] = Memory.getLong(memseg + MemsegLayout.ADDR) + ioAddress - start;
          }
        });
    return found[0];
  }

  /** {@code eal_memalloc_is_contig}: whether a range of a list is one run of IO addresses. */
  boolean isContiguous(long msl, long start, long length) {
    return !iova.isPhysical() || longestContiguous(msl, start, start + length, 1) == length;
  }

  /**
   * {@code malloc_elem_find_max_iova_contig}: the longest run of IO addresses in {@code [start,
   * end)} that begins at a multiple of {@code align}.
   */
  long longestContiguous(long msl, long start, long end, long align) {
    MemsegList list = listAt(msl);
    if (!iova.isPhysical() || list == null) {
      return end - start;
    }
    long pageSize = list.pageSize();
    long longest = 0;
    long runStart = start;
    long expected = Iova.BAD;
    for (long page = MallocElem.floor(start, pageSize); page < end; page += pageSize) {
      long memseg = list.segments.get((int) ((page - list.base()) / pageSize));
      long at = Memory.getLong(memseg + MemsegLayout.IOVA);
      if (at != expected && page > runStart) {
        runStart = MallocElem.ceil(page, align);
      }
      expected = at + pageSize;
      longest = Math.max(longest, Math.min(page + pageSize, end) - runStart);
    }
    return longest;
  }

  /** Gets each page in use. */
  @FunctionalInterface
  public interface PageVisitor {
    /** Called with the list's index, the page's index and the address of its rte_memseg. */
    void visit(int list, int page, long memseg);
  }

  /** {@code rte_memseg_walk}: every page in use, by list and address. */
  public void walk(PageVisitor visitor) {
    for (MemsegList list : lists) {
      int page = list.segments.findNextUsed(0);
      while (page >= 0) {
        visitor.visit(list.index, page, list.segments.get(page));
        page = list.segments.findNextUsed(page + 1);
      }
    }
  }

  /** Gets each run of pages. */
  @FunctionalInterface
  interface RunVisitor {
    void visit(long msl, long address, long length);
  }

  /** {@code rte_memseg_contig_walk}: runs of pages in use that lie side by side. */
  void walkRuns(RunVisitor visitor) {
    for (MemsegList list : lists) {
      int page = list.segments.findNextUsed(0);
      while (page >= 0) {
        int count = list.segments.findContigUsed(page);
        visitor.visit(list.address, list.base() + page * list.pageSize(), count * list.pageSize());
        page = list.segments.findNextUsed(page + count);
      }
    }
  }

  /** {@code rte_eal_get_physmem_size}: bytes of all pages in use. */
  public long totalSize() {
    long total = 0;
    for (MemsegList list : lists) {
      total += list.segments.count() * list.pageSize();
    }
    return total;
  }

  /** Bytes that pages not in use could add at the most, given what the machine has free now. */
  long obtainable() {
    long bytes = 0;
    for (HugepageInfo info : infos) {
      long unused = 0;
      for (MemsegList list : lists) {
        if (list.pageSize() == info.pageSize()) {
          unused += (list.segments.length() - list.segments.count()) * list.pageSize();
        }
      }
      bytes += Math.min(unused, HugepageSources.obtainable(info));
    }
    return bytes;
  }

  /** {@code rte_memseg_get_fd}: this process's descriptor of the page's file, or -ENODEV. */
  public int descriptor(int list, int page) {
    return files.descriptor(list, page);
  }

  /** {@code rte_memseg_get_fd_offset}: the page's place in that file. */
  public long descriptorOffset(int list, int page) {
    return files.offset(page, pageSizeOf(listAddress(config, list)));
  }

  /**
   * {@code eal_memalloc_alloc_seg_bulk}: takes pages side by side; the primary's alone.
   *
   * @param exact all of them or none; otherwise as many as one list can give
   * @return null if none can be had
   */
  Pages alloc(UndoLog log, int count, long pageSize, int socket, boolean exact) {
    for (MemsegList list : lists) {
      if (list.pageSize() != pageSize || list.socket() != socket) {
        continue;
      }
      int first = exact ? list.segments.findNextNFree(0, count) : list.segments.findBiggestFree(0);
      if (first < 0) {
        continue;
      }
      int wanted = exact ? count : Math.min(count, list.segments.findContigFree(first));
      Pages pages = allocIn(log, list, first, wanted, exact);
      if (pages != null) {
        return pages;
      }
    }
    return null;
  }

  private Pages allocIn(UndoLog log, MemsegList list, int first, int count, boolean exact) {
    String directory = infoFor(list.pageSize()).directory();
    int lock = HugepageFiles.lockDirectory(directory);
    try {
      if (PlainMemory.isShort(directory, count * list.pageSize())) {
        return null;
      }
      int taken = 0;
      while (taken < count && allocPage(log, list, first + taken)) {
        taken++;
      }
      if (taken < count && exact) {
        for (int i = 0; i < taken; i++) {
          freePage(log, list, first + i);
        }
        return null;
      }
      if (taken == 0) {
        return null;
      }
      list.raiseVersion();
      return new Pages(
          list.index, first, taken, list.base() + first * list.pageSize(), list.pageSize());
    } finally {
      HugepageFiles.unlockDirectory(lock);
    }
  }

  /** Fills the memseg before its bit is set, so that whoever sees the bit sees the page whole. */
  private boolean allocPage(UndoLog log, MemsegList list, int page) {
    long pageSize = list.pageSize();
    long address = list.base() + page * pageSize;
    if (files.map(list.index, page, address, pageSize) != 0) {
      return false;
    }
    long ioAddress = iova.of(address);
    if (ioAddress == Iova.BAD) {
      files.unmap(list.index, page, address, pageSize);
      return false;
    }
    long memseg = list.segments.get(page);
    Memory.putLong(memseg + MemsegLayout.IOVA, ioAddress);
    Memory.putLong(memseg + MemsegLayout.ADDR, address);
    Memory.putLong(memseg + MemsegLayout.LEN, pageSize);
    Memory.putLong(memseg + MemsegLayout.HUGEPAGE_SZ, pageSize);
    Memory.putInt(memseg + MemsegLayout.SOCKET_ID, list.socket());
    Memory.putInt(memseg + MemsegLayout.NCHANNEL, Memory.getInt(config + MemConfigLayout.NCHANNEL));
    Memory.putInt(memseg + MemsegLayout.NRANK, Memory.getInt(config + MemConfigLayout.NRANK));
    Memory.putInt(memseg + MemsegLayout.FLAGS, 0);
    list.segments.setUsed(log, page);
    return true;
  }

  private void freePage(UndoLog log, MemsegList list, int page) {
    long pageSize = list.pageSize();
    list.segments.setFree(log, page);
    // For good: the page's memory, which is to go next, cannot be had back.
    log.commit();
    Memory.fill(list.segments.get(page), MemsegLayout.SIZEOF, (byte) 0);
    files.unmap(list.index, page, list.base() + page * pageSize, pageSize);
  }

  /** {@code eal_memalloc_free_seg_bulk}: gives pages back; the primary's alone. */
  void free(UndoLog log, long address, long length) {
    MemsegList list = listOf(address);
    int lock = HugepageFiles.lockDirectory(infoFor(list.pageSize()).directory());
    try {
      list.raiseVersion();
      for (long at = address; at < address + length; at += list.pageSize()) {
        int page = (int) ((at - list.base()) / list.pageSize());
        if (list.segments.isUsed(page) && !isPinned(list.segments.get(page))) {
          freePage(log, list, page);
        }
      }
    } finally {
      HugepageFiles.unlockDirectory(lock);
    }
  }

  /** Whether a page stays mapped for the primary's life. */
  static boolean isPinned(long memseg) {
    return (Memory.getInt(memseg + MemsegLayout.FLAGS) & DO_NOT_FREE) != 0;
  }

  /** Marks preallocated pages as not to be freed. */
  void pin(Pages pages) {
    for (int i = 0; i < pages.count; i++) {
      long memseg = virt2memseg(pages.address + i * pages.pageSize);
      Memory.putInt(memseg + MemsegLayout.FLAGS, DO_NOT_FREE);
    }
  }

  /**
   * {@code eal_memalloc_sync_with_primary}: maps what the primary took since and unmaps what it
   * gave back. Nothing to do in a primary.
   *
   * @return whether this process now has every page
   */
  boolean syncWithPrimary() {
    boolean complete = true;
    for (MemsegList list : role == Role.PRIMARY ? List.<MemsegList>of() : lists) {
      complete &= sync(list) < 0;
    }
    return complete;
  }

  /** Maps every page in use into a secondary that joins. */
  void syncAtAttach() {
    for (MemsegList list : lists) {
      int page = sync(list);
      if (page >= 0) {
        throw new SluiceException(
            Errno.ENOMEM,
            "cannot map the primary's page "
                + files.path(list.index, page)
                + ", which is gone (there is none with --huge-unlink), cut short or not ours to open;"
                + " restart the primary");
      }
    }
  }

  /** Follows the primary in one list; gives the first page that cannot be mapped, or -1. */
  private int sync(MemsegList list) {
    boolean joined = role != Role.OBSERVER;
    String directory = infoFor(list.pageSize()).directory();
    int lock = joined ? HugepageFiles.lockDirectory(directory) : -1;
    try {
      long pageSize = list.pageSize();
      int page = list.mapped.nextSetBit(0);
      while (page >= 0) {
        if (!list.segments.isUsed(page)) {
          files.unmap(list.index, page, list.base() + page * pageSize, pageSize);
          list.mapped.clear(page);
        }
        page = list.mapped.nextSetBit(page + 1);
      }
      for (page = list.segments.findNextUsed(0);
          page >= 0;
          page = list.segments.findNextUsed(page + 1)) {
        if (!list.mapped.get(page)) {
          long address = list.base() + page * pageSize;
          if (files.map(list.index, page, address, pageSize) == 0) {
            list.mapped.set(page);
          } else if (joined) {
            return page;
          }
        }
      }
      return -1;
    } finally {
      if (joined) {
        HugepageFiles.unlockDirectory(lock);
      }
    }
  }

  /**
   * Makes this process, which has mapped every page, the primary in place of a dead one, and
   * deletes page files that it left of no page. The caller holds the locks of hotplug and growth.
   */
  void lead(String prefix) {
    role = Role.PRIMARY;
    files.lead();
    for (HugepageInfo info : infos) {
      int lock = HugepageFiles.lockDirectory(info.directory());
      HugepageFiles.deleteStale(info.directory(), prefix);
      HugepageFiles.unlockDirectory(lock);
    }
  }

  /** Closes this process's descriptors, and deletes the files if told to. */
  void close(boolean delete) {
    files.close(delete);
  }

  /** The pages in use, one per line, as {@code rte_dump_physmem_layout}. */
  public String dump() {
    StringBuilder text = new StringBuilder();
    walk(
        (list, page, memseg) ->
            text.append("Segment ")
                .append(list)
                .append('-')
                .append(page)
                .append(": IOVA:0x")
                .append(Long.toHexString(Memory.getLong(memseg + MemsegLayout.IOVA)))
                .append(", len:")
                .append(Memory.getLong(memseg + MemsegLayout.LEN))
                .append(", virt:0x")
                .append(Long.toHexString(Memory.getLong(memseg + MemsegLayout.ADDR)))
                .append(", socket_id:")
                .append(Memory.getInt(memseg + MemsegLayout.SOCKET_ID))
                .append(", hugepage_sz:")
                .append(Memory.getLong(memseg + MemsegLayout.HUGEPAGE_SZ))
                .append(", nchannel:")
                .append(Integer.toHexString(Memory.getInt(memseg + MemsegLayout.NCHANNEL)))
                .append(", nrank:")
                .append(Integer.toHexString(Memory.getInt(memseg + MemsegLayout.NRANK)))
                .append(" fd:")
                .append(descriptor(list, page))
                .append('\n'));
    return text.toString();
  }
}
