package io.sluice.memseg;

import io.sluice.config.EalOptions;
import io.sluice.config.Fbarray;
import io.sluice.config.FbarrayLayout;
import io.sluice.config.IovaMode;
import io.sluice.config.MemConfig;
import io.sluice.config.MemConfigLayout;
import io.sluice.config.MemsegLayout;
import io.sluice.config.MemsegListLayout;
import io.sluice.config.MemzoneLayout;
import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * Everything between the config and the heap, put together in DPDK's order: the window of
 * addresses, the memzones' fbarray at its start, the memseg lists, the pages.
 *
 * <p>A failure on the way takes back what was done, so that neither file nor mapping stays behind.
 */
public final class SharedPages implements AutoCloseable {
  /** {@code RTE_MAX_MEMZONE}. */
  public static final int MAX_MEMZONES = 2560;

  private static final long MAX_PAGE = 16L << 30;

  /** A page may go between being seen and being mapped, but not many times in a row. */
  private static final int SYNC_TRIES = 10;

  private static final int LIST_ARRAY = MemsegListLayout.MEMSEG_ARR;

  private final MemConfig config;
  private final String directory;
  private final Role role;
  private final Deque<Runnable> undo = new ArrayDeque<>();
  private List<HugepageInfo> infos;
  private IovaMode mode;
  private VaWindow window;
  private Fbarray memzones;
  private MemsegLists lists;

  /** Whether the files end with this process. */
  private boolean own;

  private SharedPages(MemConfig config, String directory, Role role) {
    this.config = config;
    this.directory = directory;
    this.role = role;
  }

  /**
   * Makes it as the primary, which holds the config's lock.
   *
   * @param directory the runtime directory
   * @param sockets NUMA nodes
   * @param megabytes to preallocate, by NUMA node
   */
  public static SharedPages create(
      MemConfig config, String directory, EalOptions options, int[] sockets, int[] megabytes) {
    SharedPages pages = new SharedPages(config, directory, Role.PRIMARY);
    pages.own = true;
    try {
      pages.create(options, sockets, megabytes);
      return pages;
    } catch (RuntimeException e) {
      pages.close();
      throw e;
    }
  }

  private void create(EalOptions options, int[] sockets, int[] megabytes) {
    infos = HugepageSources.find(options, sockets);
    requirePossible(options.iovaMode());
    String infoFile = directory + "/hugepage_info";
    HugepageInfoFile.write(infoFile, infos);
    undo.push(() -> letGo(infoFile));
    long start = options.baseVirtaddr();
    long zonesEnd = start + Fbarray.fileLength(MAX_MEMZONES, MemzoneLayout.SIZEOF);
    List<Long> sizes = new ArrayList<>();
    infos.forEach(info -> sizes.add(info.pageSize()));
    MemsegPlan plan =
        MemsegPlan.of(zonesEnd, sizes, isHugepageBacked() ? sockets : firstOf(sockets));
    window =
        VaWindow.reserve(
            start,
            plan.end(),
            "choose another range with --base-virtaddr (0x200000000000 is free in most JVMs)");
    undo.push(window::close);
    memzones =
        Fbarray.create(
            directory,
            config.address() + MemConfigLayout.MEMZONES,
            "memzone",
            MAX_MEMZONES,
            MemzoneLayout.SIZEOF,
            start);
    undo.push(() -> letGo(memzones));
    boolean singleFile = options.singleFileSegments();
    Memory.putInt(config.address() + MemConfigLayout.SINGLE_FILE_SEGMENTS, singleFile ? 1 : 0);
    openLists(options.filePrefix(), singleFile, new Iova(options.iovaMode()));
    for (int i = 0; i < plan.lists().size(); i++) {
      createList(i, plan.lists().get(i));
    }
    Preallocation.take(lists, infos, megabytes);
  }

  private void requirePossible(IovaMode mode) {
    if (mode == IovaMode.PA && !isHugepageBacked()) {
      throw new SluiceException(
          Errno.EINVAL, "--iova-mode=pa needs hugepages, and there are none; use --iova-mode=va");
    }
    if (mode == IovaMode.PA && !Iova.physicalAddressesAvailable()) {
      throw new SluiceException(
          Errno.EPERM,
          "--iova-mode=pa: /proc/self/pagemap shows this process no physical addresses; run it as"
              + " root with CAP_SYS_ADMIN, or use --iova-mode=va");
    }
  }

  private static int[] firstOf(int[] sockets) {
    return new int[] {sockets[0]};
  }

  private void openLists(String prefix, boolean singleFile, Iova iova) {
    HugepageFiles files = new HugepageFiles(prefix, singleFile, role, window, MemsegPlan.MAX_LISTS);
    lists = new MemsegLists(config, iova, files, infos, role);
    undo.push(() -> lists.close(own));
  }

  private void letGo(String file) {
    if (own) {
      Libc.unlink(file);
    }
  }

  private void letGo(Fbarray array) {
    if (own) {
      array.destroy();
    } else {
      array.detach();
    }
  }

  private void createList(int index, MemsegPlan.PlannedList plan) {
    long msl = MemsegLists.listAddress(config.address(), index);
    Fbarray segments =
        Fbarray.create(
            directory,
            msl + LIST_ARRAY,
            plan.name(),
            plan.segments(),
            MemsegLayout.SIZEOF,
            plan.arrayAddress());
    undo.push(() -> letGo(segments));
    Memory.putLong(msl + MemsegListLayout.BASE_VA, plan.baseAddress());
    Memory.putLong(msl + MemsegListLayout.PAGE_SZ, plan.pageSize());
    Memory.putInt(msl + MemsegListLayout.SOCKET_ID, plan.socket());
    Memory.putInt(msl + MemsegListLayout.VERSION, 0);
    Memory.putLong(msl + MemsegListLayout.LEN, plan.length());
    Memory.putInt(msl + MemsegListLayout.EXTERNAL, 0);
    Memory.putInt(msl + MemsegListLayout.HEAP, 1);
    lists.add(index, segments);
  }

  /**
   * Joins as a secondary, which maps every page in use. Without a lock, since whose it is when a
   * dead process has it can be seen only in these pages: {@link #resync} follows under the lock.
   */
  public static SharedPages attach(MemConfig config, String directory, EalOptions options) {
    return join(config, directory, options, Role.SECONDARY);
  }

  /**
   * Joins what a dead primary left, as a secondary does at first, so that nothing is lost to others
   * if this process fails or dies at it. {@link #resync} and {@link #lead} follow under the locks,
   * {@link #setOwn} when all is done.
   *
   * @throws SluiceException EINVAL if the options ask for other memory than there is
   */
  public static SharedPages adopt(MemConfig config, String directory, EalOptions options) {
    List<HugepageInfo> infos = HugepageInfoFile.read(directory + "/hugepage_info");
    boolean singleFile =
        Memory.getInt(config.address() + MemConfigLayout.SINGLE_FILE_SEGMENTS) != 0;
    requireFit(directory, options, infos, singleFile);
    SharedPages pages = join(config, directory, options, Role.SECONDARY);
    try {
      pages.requirePossible(pages.mode);
      requireFit(directory, options, pages.mode);
      return pages;
    } catch (RuntimeException e) {
      pages.close();
      throw e;
    }
  }

  private static void requireFit(
      String directory, EalOptions options, List<HugepageInfo> infos, boolean singleFile) {
    boolean plain = infos.get(0).directory().equals(HugepageSources.PLAIN_DIRECTORY);
    if (options.noHuge() && !plain) {
      throw unfit(directory, "hugepages", "without --no-huge");
    }
    if (options.hugeDir() != null && plain) {
      throw unfit(directory, "plain shared files", "with --no-huge in place of --huge-dir");
    }
    if (options.singleFileSegments() != singleFile) {
      throw singleFile
          ? unfit(directory, "one file for each list", "with --single-file-segments")
          : unfit(directory, "one file for each page", "without --single-file-segments");
    }
  }

  private static void requireFit(String directory, EalOptions options, IovaMode mode) {
    if (options.iovaMode() != mode) {
      String name = mode.name().toLowerCase(Locale.ROOT);
      throw unfit(directory, "IO addresses of mode " + name, "with --iova-mode=" + name);
    }
  }

  private static SluiceException unfit(String directory, String found, String cure) {
    return new SluiceException(
        Errno.EINVAL,
        "secondaries of an earlier primary still use "
            + directory
            + ", whose memory has "
            + found
            + "; start "
            + cure
            + ", or stop them");
  }

  /** Maps everything for reading, over a private copy of the config; takes no lock on anything. */
  public static SharedPages observe(MemConfig config, String directory, EalOptions options) {
    return join(config, directory, options, Role.OBSERVER);
  }

  private static SharedPages join(
      MemConfig config, String directory, EalOptions options, Role role) {
    SharedPages pages = new SharedPages(config, directory, role);
    try {
      pages.attach(options);
      return pages;
    } catch (RuntimeException e) {
      pages.close();
      throw e;
    }
  }

  private void attach(EalOptions options) {
    String infoFile = directory + "/hugepage_info";
    infos = HugepageInfoFile.read(infoFile);
    undo.push(() -> letGo(infoFile));
    requireSane(config.address());
    window = reserveFor(config.address());
    undo.push(window::close);
    memzones = attachArray(config.address() + MemConfigLayout.MEMZONES);
    undo.push(() -> letGo(memzones));
    boolean singleFile =
        Memory.getInt(config.address() + MemConfigLayout.SINGLE_FILE_SEGMENTS) != 0;
    Fbarray[] arrays = new Fbarray[MemsegPlan.MAX_LISTS];
    for (int i = 0; i < MemsegPlan.MAX_LISTS; i++) {
      long msl = MemsegLists.listAddress(config.address(), i);
      if (isOurs(msl)) {
        arrays[i] = attachArray(msl + LIST_ARRAY);
        Fbarray array = arrays[i];
        undo.push(() -> letGo(array));
      }
    }
    mode = modeOf(arrays);
    openLists(options.filePrefix(), singleFile, new Iova(mode));
    for (int i = 0; i < MemsegPlan.MAX_LISTS; i++) {
      if (arrays[i] != null) {
        lists.add(i, arrays[i]);
      }
    }
    for (int i = 1; i < SYNC_TRIES && !lists.syncWithPrimary(); i++) {
      Thread.yield();
    }
    lists.syncAtAttach();
  }

  /** Maps what has come since {@link #attach}; the caller holds the memory_hotplug_lock. */
  public void resync() {
    lists.syncAtAttach();
  }

  /**
   * Makes this process the primary, after {@link #resync} and under the same locks and growth's.
   */
  public void lead(String prefix) {
    lists.lead(prefix);
  }

  /** Says whether the files end with this process, which is their primary. */
  public void setOwn(boolean own) {
    this.own = own;
  }

  /** The mode is the primary's, whatever this process was told: one look at a page shows it. */
  private static IovaMode modeOf(Fbarray[] arrays) {
    for (Fbarray array : arrays) {
      int page = array == null ? -1 : array.findNextUsed(0);
      if (page >= 0) {
        long memseg = array.get(page);
        long ioAddress = Memory.getLong(memseg + MemsegLayout.IOVA);
        return ioAddress == Memory.getLong(memseg + MemsegLayout.ADDR) ? IovaMode.VA : IovaMode.PA;
      }
    }
    return IovaMode.VA;
  }

  private Fbarray attachArray(long header) {
    return role == Role.OBSERVER
        ? Fbarray.observe(directory, header)
        : Fbarray.attach(directory, header);
  }

  /** Whether a list is in use and its pages are of this config, not external memory. */
  private static boolean isOurs(long msl) {
    return Memory.getInt(msl + LIST_ARRAY + FbarrayLayout.LEN) != 0
        && Memory.getInt(msl + MemsegListLayout.EXTERNAL) == 0;
  }

  /** Holds what every address is computed from against what it can be. */
  private void requireSane(long address) {
    long zones = address + MemConfigLayout.MEMZONES;
    boolean sane =
        Memory.getInt(zones + FbarrayLayout.LEN) == MAX_MEMZONES
            && Memory.getInt(zones + FbarrayLayout.ELT_SZ) == MemzoneLayout.SIZEOF
            && isAddress(Memory.getLong(zones + FbarrayLayout.DATA));
    for (int i = 0; i < MemsegPlan.MAX_LISTS && sane; i++) {
      long msl = MemsegLists.listAddress(address, i);
      if (isOurs(msl)) {
        long pageSize = Memory.getLong(msl + MemsegListLayout.PAGE_SZ);
        int segments = Memory.getInt(msl + LIST_ARRAY + FbarrayLayout.LEN);
        sane =
            pageSize > 0
                && pageSize <= MAX_PAGE
                && Long.bitCount(pageSize) == 1
                && segments > 0
                && Memory.getLong(msl + MemsegListLayout.LEN) == pageSize * segments
                && Memory.getInt(msl + LIST_ARRAY + FbarrayLayout.ELT_SZ) == MemsegLayout.SIZEOF
                && isAddress(Memory.getLong(msl + MemsegListLayout.BASE_VA))
                && isAddress(Memory.getLong(msl + MemsegListLayout.BASE_VA) + pageSize * segments)
                && isAddress(Memory.getLong(msl + LIST_ARRAY + FbarrayLayout.DATA));
      }
    }
    if (!sane) {
      throw new SluiceException(
          Errno.EINVAL, directory + "/config is garbage; restart the primary");
    }
  }

  private static boolean isAddress(long value) {
    return value >= 4096 && value < 1L << 47 && value % 4096 == 0;
  }

  private static VaWindow reserveFor(long config) {
    long start = Memory.getLong(config + MemConfigLayout.MEMZONES + FbarrayLayout.DATA);
    long end = start + Fbarray.fileLength(MAX_MEMZONES, MemzoneLayout.SIZEOF);
    for (int i = 0; i < MemsegPlan.MAX_LISTS; i++) {
      long msl = MemsegLists.listAddress(config, i);
      if (isOurs(msl)) {
        long base = Memory.getLong(msl + MemsegListLayout.BASE_VA);
        long array = Memory.getLong(msl + LIST_ARRAY + FbarrayLayout.DATA);
        int segments = Memory.getInt(msl + LIST_ARRAY + FbarrayLayout.LEN);
        start = Math.min(start, Math.min(array, base));
        // Arrays are mapped with MAP_FIXED: none may lie outside, in whatever order they come.
        end = Math.max(end, array + Fbarray.fileLength(segments, MemsegLayout.SIZEOF));
        end = Math.max(end, base + Memory.getLong(msl + MemsegListLayout.LEN));
      }
    }
    return VaWindow.reserve(
        start,
        end,
        "keep this JVM's heap out of there (-XX:HeapBaseMinAddress=, a smaller -Xmx) or restart the"
            + " primary with another --base-virtaddr");
  }

  /** The memzones. */
  public Fbarray memzones() {
    return memzones;
  }

  /** The pages. */
  public MemsegLists lists() {
    return lists;
  }

  /** Whether the pages are hugepages; otherwise they are plain files of /dev/shm. */
  public boolean isHugepageBacked() {
    return !infos.get(0).directory().equals(HugepageSources.PLAIN_DIRECTORY);
  }

  /** Unmaps everything; their owner deletes the files. */
  @Override
  public void close() {
    while (!undo.isEmpty()) {
      undo.pop().run();
    }
  }
}
