package io.sluice.memseg;

import io.sluice.config.Custody;
import io.sluice.config.Locks;
import io.sluice.config.LocksLayout;
import io.sluice.config.MallocHeapLayout;
import io.sluice.config.MemConfig;
import io.sluice.config.MemConfigLayout;
import io.sluice.config.MemsegLayout;
import io.sluice.config.MpChannel;
import io.sluice.config.UndoLog;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All heaps of the shared config as one process uses them ({@code malloc_heap.c} of 22.11): choice
 * of the heap, its lock, and growing and shrinking it by whole pages.
 *
 * <p>Locks are taken in the order heap, then memory_hotplug_lock (around any change of the pages).
 * Thread-safe and process-safe by these locks; what a process was at that is killed inside is
 * undone by whoever comes to a lock of its next, and pages that it was to give back are given back.
 */
public final class Heaps implements AutoCloseable {
  /** {@code RTE_MAX_HEAPS}. */
  static final int MAX_HEAPS = 32;

  /** {@code SOCKET_ID_ANY}. */
  public static final int ANY_SOCKET = -1;

  /** {@code EXTERNAL_HEAP_MIN_SOCKET_ID}: heaps of outside memory are numbered from here. */
  private static final int FIRST_EXTERNAL_SOCKET = 256;

  private static final long SYS_GETCPU = 309;

  private final long config;
  private final MemsegLists lists;
  private final Locks locks;
  private final Custody custody;

  /** Null in an observer. */
  private final PageGrowth growth;

  private final boolean hugepages;
  private final TypeLimits limits = new TypeLimits();

  private Heaps(MemConfig config, SharedPages pages, PageGrowth growth, Locks locks) {
    this.config = config.address();
    this.lists = pages.lists();
    this.growth = growth;
    this.hugepages = pages.isHugepageBacked();
    this.locks = locks;
    this.custody = new Custody(locks);
  }

  /** The heaps of a primary, which also grows them for secondaries that ask on the channel. */
  public static Heaps forPrimary(
      MemConfig config, SharedPages pages, MpChannel channel, Locks locks) {
    return new Heaps(
        config, pages, new PrimaryGrowth(config, pages.lists(), channel, locks), locks);
  }

  /** The heaps of a secondary, which asks the primary on the channel to grow them. */
  public static Heaps forSecondary(
      MemConfig config, SharedPages pages, MpChannel channel, Locks locks) {
    return new Heaps(config, pages, new SecondaryGrowth(pages.lists(), channel, locks), locks);
  }

  /** The heaps of an observer, which can look but neither allocate nor free. */
  public static Heaps forObserver(MemConfig config, SharedPages pages) {
    return new Heaps(config, pages, null, Locks.forObserver());
  }

  /** Names the heaps and gives them the pages there are; the primary's, before magic is set. */
  public void create(int[] sockets) {
    Memory.putInt(config + MemConfigLayout.NEXT_SOCKET_ID, FIRST_EXTERNAL_SOCKET);
    for (int i = 0; i < sockets.length; i++) {
      long heap = heapAt(i);
      Memory.putString(
          heap + MallocHeapLayout.NAME,
          MallocHeapLayout.SIZEOF - MallocHeapLayout.NAME,
          "socket_" + sockets[i]);
      Memory.putInt(heap + MallocHeapLayout.SOCKET_ID, sockets[i]);
    }
    lists.walkRuns(
        (msl, address, length) -> {
          long heap = heapAt(heapIndex(MemsegLists.socketOf(msl)));
          MallocHeap.addMemory(UndoLog.NONE, heap, msl, address, length).zero(false);
          MallocHeap.addTotalSize(UndoLog.NONE, heap, length);
        });
  }

  private long heapAt(int index) {
    return address(config, index);
  }

  static long address(long config, int index) {
    return config + MemConfigLayout.MALLOC_HEAPS + (long) index * MallocHeapLayout.SIZEOF;
  }

  private boolean isNamed(int index) {
    return Memory.getByte(heapAt(index) + MallocHeapLayout.NAME) != 0;
  }

  /** {@code malloc_socket_to_heap_id}; -1 for a socket without heap. */
  private int heapIndex(int socket) {
    for (int i = 0; i < MAX_HEAPS && isNamed(i); i++) {
      if (MallocHeap.socketId(heapAt(i)) == socket) {
        return i;
      }
    }
    return -1;
  }

  /** The allocator that prefers memory of a socket, or takes any for {@link #ANY_SOCKET}. */
  public Heap heap(int socket) {
    return new Heap(this, socket);
  }

  /** The pages behind the heaps. */
  public MemsegLists lists() {
    return lists;
  }

  /** Whether the memory of a block that was just given out may hold something else than zeroes. */
  public boolean isDirty(long block) {
    return MallocElem.isDirty(MallocElem.fromData(block));
  }

  /** What belongs to a process until it says otherwise. */
  public Custody custody() {
    return custody;
  }

  TypeLimits limits() {
    return limits;
  }

  private int currentSocket() {
    if (!isNamed(1)) {
      return MallocHeap.socketId(heapAt(0));
    }
    long node = Memory.allocate(Integer.BYTES);
    try {
      long result = Libc.syscall(SYS_GETCPU, 0, node, 0, 0, 0);
      int socket = result == 0 ? Memory.getInt(node) : ANY_SOCKET;
      return heapIndex(socket) < 0 ? MallocHeap.socketId(heapAt(0)) : socket;
    } finally {
      Memory.release(node);
    }
  }

  /**
   * Takes a heap's lock, and finishes what a dead holder of it has left: memory that was given out
   * and taken back may hold anything, and pages that are the heap's no more are to be given back.
   */
  private UndoLog lock(int index) {
    UndoLog log = locks.lock(Locks.ofHeap(index));
    long record = locks.record(Locks.ofHeap(index));
    if (record != 0 && Memory.getInt(record + LocksLayout.UNDONE) != 0) {
      MallocHeap.spoil(heapAt(index));
      Memory.putIntRelease(record + LocksLayout.UNDONE, 0);
    }
    if (record != 0 && Memory.getLong(record + LocksLayout.SHRINK_LENGTH) != 0) {
      locks.lock(Locks.HOTPLUG);
      try {
        shrink(index, record);
      } finally {
        locks.unlock(Locks.HOTPLUG);
      }
    }
    return log;
  }

  private void unlock(int index) {
    locks.unlock(Locks.ofHeap(index));
  }

  /** Puts right what a dead process has left of the heap whose lock this is, if it is one's. */
  public void recover(int lock) {
    int index = lock - Locks.ofHeap(0);
    if (index >= 0 && index < MAX_HEAPS) {
      lock(index);
      unlock(index);
    } else {
      locks.lock(lock);
      locks.unlock(lock);
    }
  }

  /**
   * Gives pages back that are in use and in no heap: a dead primary had taken them for a heap, or
   * out of one, and got no further; or a secondary gave them back while there was no primary. Then
   * has the secondaries let go of pages that are in use no more; one that does not answer within
   * five seconds keeps them. For the primary that adopts.
   */
  public void reclaim() {
    for (int i = 0; i < MAX_HEAPS && isNamed(i); i++) {
      lock(i);
      locks.lock(Locks.HOTPLUG);
      try {
        reclaim(i);
      } finally {
        locks.unlock(Locks.HOTPLUG);
        unlock(i);
      }
    }
    locks.lock(Locks.HOTPLUG);
    try {
      growth.tellAll();
    } finally {
      locks.unlock(Locks.HOTPLUG);
    }
  }

  private void reclaim(int index) {
    long heap = heapAt(index);
    TreeMap<Long, Long> elements = new TreeMap<>();
    for (long elem = MallocHeap.first(heap); elem != 0; elem = MallocElem.next(elem)) {
      elements.put(elem, elem + MallocElem.size(elem));
    }
    List<Long> stray = new ArrayList<>();
    lists.walk(
        (list, page, memseg) -> {
          long address = Memory.getLong(memseg + MemsegLayout.ADDR);
          long end = address + Memory.getLong(memseg + MemsegLayout.LEN);
          Map.Entry<Long, Long> last = elements.lowerEntry(end);
          boolean inHeap = last != null && last.getValue() > address;
          if (!inHeap
              && Memory.getInt(memseg + MemsegLayout.SOCKET_ID) == MallocHeap.socketId(heap)) {
            stray.add(address);
          }
        });
    for (long address : stray) {
      growth.shrink(index, address, MemsegLists.pageSizeOf(lists.virt2memsegList(address)));
    }
  }

  private int indexOf(long heap) {
    return (int) ((heap - heapAt(0)) / MallocHeapLayout.SIZEOF);
  }

  /**
   * {@code malloc_heap_alloc}: a block as asked, on the socket asked for, or on any starting with
   * the caller's own.
   *
   * @param align power of two or 0
   * @param bound power of two or 0
   * @param flags {@link PageSizeFlags}
   * @param place in {@link Custody} where the block is noted with the very step that makes it one
   * @return the block's address, or 0
   */
  public long alloc(
      long size, int socket, int flags, long align, long bound, boolean contiguous, long place) {
    if (size <= 0 || align < 0 || Long.bitCount(align) > 1) {
      return 0;
    }
    long rounded = MallocElem.ceil(size, MallocElem.CACHE_LINE);
    if (rounded <= 0) {
      return 0;
    }
    MallocHeap.Request request =
        new MallocHeap.Request(rounded, flags, cacheLines(align), bound, contiguous);
    return onHeaps(socket, index -> allocOn(index, request, place));
  }

  /** {@code malloc_heap_alloc_biggest}: the biggest block there is without growing the heap. */
  public long allocBiggest(int socket, int flags, long align, boolean contiguous, long place) {
    if (align < 0 || Long.bitCount(align) > 1) {
      return 0;
    }
    return onHeaps(
        socket,
        index -> {
          UndoLog log = lock(index);
          try {
            long heap = heapAt(index);
            long block =
                MallocHeap.allocBiggest(log, lists, heap, flags, cacheLines(align), contiguous);
            Custody.set(log, place, block);
            return block;
          } finally {
            unlock(index);
          }
        });
  }

  private static long cacheLines(long align) {
    return MallocElem.ceil(Math.max(align, 1), MallocElem.CACHE_LINE);
  }

  private interface HeapAllocation {
    long on(int index);
  }

  private long onHeaps(int asked, HeapAllocation allocation) {
    if (growth == null) {
      return 0;
    }
    boolean any = asked == ANY_SOCKET || !hugepages && asked < MAX_HEAPS;
    int first = heapIndex(any ? currentSocket() : asked);
    if (first < 0) {
      return 0;
    }
    long block = allocation.on(first);
    for (int i = 0; block == 0 && any && i < MAX_HEAPS && isNamed(i); i++) {
      if (i != first && MallocHeap.socketId(heapAt(i)) < MAX_HEAPS) {
        block = allocation.on(i);
      }
    }
    return block;
  }

  /** {@code malloc_heap_alloc_on_heap_id}: from what the heap has; otherwise it grows first. */
  private long allocOn(int index, MallocHeap.Request request, long place) {
    long heap = heapAt(index);
    MallocHeap.Request strict = request.withFlags(request.flags() & ~PageSizeFlags.SIZE_HINT_ONLY);
    UndoLog log = lock(index);
    try {
      long block = MallocHeap.alloc(log, lists, heap, strict);
      if (block == 0 && grow(index, request, strict)) {
        block = MallocHeap.alloc(log, lists, heap, request);
      }
      Custody.set(log, place, block);
      return block;
    } finally {
      unlock(index);
    }
  }

  /**
   * {@code alloc_more_mem_on_socket}: page sizes asked for first, smallest first; then, if they
   * were a hint, what other sizes the heap already has; then pages of other sizes.
   */
  private boolean grow(int index, MallocHeap.Request request, MallocHeap.Request strict) {
    long heap = heapAt(index);
    int socket = MallocHeap.socketId(heap);
    boolean anySize = strict.flags() == 0;
    long[] pageSizes = lists.pageSizes(socket);
    for (long pageSize : pageSizes) {
      if (PageSizeFlags.allows(strict.flags(), pageSize)
          && grow(index, heap, pageSize, socket, strict)) {
        return true;
      }
    }
    if (anySize || !PageSizeFlags.isHintOnly(request.flags())) {
      return false;
    }
    if (MallocHeap.findSuitable(lists, heap, request) != 0) {
      return true;
    }
    for (long pageSize : pageSizes) {
      if (!PageSizeFlags.allows(strict.flags(), pageSize)
          && grow(index, heap, pageSize, socket, request)) {
        return true;
      }
    }
    return false;
  }

  private boolean grow(
      int index, long heap, long pageSize, int socket, MallocHeap.Request request) {
    // Nothing has been stored into the heap so far: what follows is its own to undo.
    locks.lock(Locks.HOTPLUG);
    try {
      return growth.grow(index, heap, pageSize, socket, request);
    } finally {
      locks.unlock(Locks.HOTPLUG);
    }
  }

  /**
   * {@code malloc_heap_free}: puts a block back, and whole pages that became free back to the
   * system unless they were preallocated.
   *
   * @param place in {@link Custody} that the block leaves with the very step that frees it, or 0
   * @return whether there was a block in use at that address
   */
  public boolean free(long data, long place) {
    if (growth == null || !isBlock(data)) {
      return false;
    }
    long block = MallocElem.fromData(data);
    long heap = MallocElem.heap(block);
    int index = indexOf(heap);
    UndoLog log = lock(index);
    try {
      if (MallocElem.state(block) != MallocElem.BUSY) {
        return false;
      }
      // Before another thread of this process can be given the same address.
      limits.release(data);
      MallocElem.Freed freed = MallocElem.free(log, block);
      MallocHeap.addAllocCount(log, heap, -1);
      long kept = place == 0 ? custody.placeOf(data) : 0;
      Custody.set(log, place + kept, 0);
      log.commit();
      Custody.give(kept);
      freed.zero(true);
      releasePages(log, index, freed.elem());
      return true;
    } finally {
      unlock(index);
    }
  }

  /**
   * Whether data's header lies in a page in use and says that it is one of this config's blocks.
   */
  boolean isBlock(long data) {
    if (data % MallocElem.CACHE_LINE != 0 || lists.virt2memseg(data - MallocElem.OVERHEAD) == 0) {
      return false;
    }
    long elem = MallocElem.fromData(data);
    return lists.virt2memseg(elem) != 0
        && MallocElem.state(elem) == MallocElem.BUSY
        && elem + MallocElem.OVERHEAD + MallocElem.pad(elem) == data
        && isHeap(MallocElem.heap(elem));
  }

  private boolean isHeap(long heap) {
    long offset = heap - heapAt(0);
    return offset >= 0
        && offset < (long) MAX_HEAPS * MallocHeapLayout.SIZEOF
        && offset % MallocHeapLayout.SIZEOF == 0;
  }

  private void releasePages(UndoLog log, int index, long elem) {
    long pageSize = MemsegLists.pageSizeOf(MallocElem.msl(elem));
    if (MallocElem.size(elem) < pageSize) {
      return;
    }
    long elemEnd = elem + MallocElem.size(elem);
    long end = MallocElem.floor(elemEnd, pageSize);
    long start = MallocElem.ceil(elem, pageSize);
    for (long page = start; page < end; page += pageSize) {
      if (MemsegLists.isPinned(lists.virt2memseg(page))) {
        start = page + pageSize;
      }
    }
    // What stays in front and behind must be nothing or big enough to be an element.
    if (start != elem && start - elem < MallocElem.MIN_SPLIT) {
      start += pageSize;
    }
    if (end != elemEnd && elemEnd - end < MallocElem.MIN_SPLIT) {
      end -= pageSize;
    }
    if (end <= start) {
      return;
    }
    locks.lock(Locks.HOTPLUG);
    try {
      MallocElem.freeListRemove(log, elem);
      MallocElem.hideRegion(log, elem, start, end - start);
      MallocHeap.addTotalSize(log, heapAt(index), start - end);
      long record = locks.record(Locks.ofHeap(index));
      if (record == 0) {
        growth.shrink(index, start, end - start);
      } else {
        log.putLong(record + LocksLayout.SHRINK_ADDRESS, start);
        log.putLong(record + LocksLayout.SHRINK_LENGTH, end - start);
        log.commit();
        shrink(index, record);
      }
    } finally {
      locks.unlock(Locks.HOTPLUG);
    }
  }

  /** Until the pages are given back they are noted, and no others can be put in their place. */
  private void shrink(int index, long record) {
    growth.shrink(
        index,
        Memory.getLong(record + LocksLayout.SHRINK_ADDRESS),
        Memory.getLong(record + LocksLayout.SHRINK_LENGTH));
    Memory.putLongRelease(record + LocksLayout.SHRINK_LENGTH, 0);
  }

  /** {@code malloc_heap_resize}: whether the block now holds {@code size} bytes where it lies. */
  boolean resize(long data, long size) {
    long elem = MallocElem.fromData(data);
    int index = indexOf(MallocElem.heap(elem));
    UndoLog log = lock(index);
    try {
      return MallocElem.state(elem) == MallocElem.BUSY && MallocElem.resize(log, elem, size);
    } finally {
      unlock(index);
    }
  }

  /** Statistics of a socket's heap, of the first one for any; null if the socket has none. */
  HeapStats stats(int socket) {
    int index = socket == ANY_SOCKET ? 0 : heapIndex(socket);
    if (index < 0) {
      return null;
    }
    long heap = heapAt(index);
    lock(index);
    try {
      int count = 0;
      long free = 0;
      long greatest = 0;
      for (int i = 0; i < MallocElem.FREE_LISTS; i++) {
        for (long elem = Memory.getLong(MallocHeap.freeHead(heap, i));
            elem != 0;
            elem = MallocElem.nextFree(elem)) {
          count++;
          free += MallocElem.size(elem);
          greatest = Math.max(greatest, MallocElem.size(elem));
        }
      }
      long total = MallocHeap.totalSize(heap);
      return new HeapStats(total, free, greatest, count, MallocHeap.allocCount(heap), total - free);
    } finally {
      unlock(index);
    }
  }

  /** What is wrong with the chains and free lists of all heaps; empty if nothing is. */
  List<String> audit() {
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < MAX_HEAPS && isNamed(i); i++) {
      lock(i);
      try {
        HeapAudit.audit(heapAt(i), wrong, true);
      } finally {
        unlock(i);
      }
    }
    return wrong;
  }

  /** Every named heap and its elements, as {@code rte_malloc_dump_heaps}. */
  String dump() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < MAX_HEAPS && isNamed(i); i++) {
      lock(i);
      try {
        dump(text, i, heapAt(i));
      } finally {
        unlock(i);
      }
    }
    return text.toString();
  }

  private static void dump(StringBuilder text, int index, long heap) {
    text.append("Heap id: ").append(index).append(" name: ").append(MallocHeap.name(heap));
    text.append("\nHeap size: 0x").append(Long.toHexString(MallocHeap.totalSize(heap)));
    text.append("\nHeap alloc count: ").append(MallocHeap.allocCount(heap)).append('\n');
    for (long elem = MallocHeap.first(heap); elem != 0; elem = MallocElem.next(elem)) {
      text.append("Malloc element at 0x").append(Long.toHexString(elem));
      text.append(MallocElem.state(elem) == MallocElem.BUSY ? " (BUSY)" : " (FREE)");
      text.append("\n  len: 0x").append(Long.toHexString(MallocElem.size(elem)));
      text.append(" pad: 0x").append(Long.toHexString(MallocElem.pad(elem)));
      text.append("\n  prev: 0x").append(Long.toHexString(MallocElem.prev(elem)));
      text.append(" next: 0x").append(Long.toHexString(MallocElem.next(elem))).append('\n');
    }
  }

  /** Ends growing for others; the memory stays. */
  @Override
  public void close() {
    if (growth != null) {
      growth.close();
    }
  }
}
