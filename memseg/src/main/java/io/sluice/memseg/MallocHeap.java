package io.sluice.memseg;

import io.sluice.config.MallocHeapLayout;
import io.sluice.config.UndoLog;
import io.sluice.platform.Memory;

/**
 * One {@code struct malloc_heap} of the shared config, as static functions over its address: search
 * in the free lists, allocation and adding memory ({@code malloc_heap.c} of 22.11). The caller
 * holds the heap's lock.
 */
final class MallocHeap {
  private MallocHeap() {}

  static long freeHead(long heap, int index) {
    return heap + MallocHeapLayout.FREE_HEAD + (long) index * Long.BYTES;
  }

  static long first(long heap) {
    return Memory.getLong(heap + MallocHeapLayout.FIRST);
  }

  static long last(long heap) {
    return Memory.getLong(heap + MallocHeapLayout.LAST);
  }

  static int allocCount(long heap) {
    return Memory.getInt(heap + MallocHeapLayout.ALLOC_COUNT);
  }

  static void addAllocCount(UndoLog log, long heap, int delta) {
    log.putInt(heap + MallocHeapLayout.ALLOC_COUNT, allocCount(heap) + delta);
  }

  static int socketId(long heap) {
    return Memory.getInt(heap + MallocHeapLayout.SOCKET_ID);
  }

  static long totalSize(long heap) {
    return Memory.getLong(heap + MallocHeapLayout.TOTAL_SIZE);
  }

  static void addTotalSize(UndoLog log, long heap, long delta) {
    log.putLong(heap + MallocHeapLayout.TOTAL_SIZE, totalSize(heap) + delta);
  }

  static String name(long heap) {
    return Memory.getString(
        heap + MallocHeapLayout.NAME, MallocHeapLayout.SIZEOF - MallocHeapLayout.NAME);
  }

  /**
   * {@code malloc_heap_add_memory}: new pages become one free element, joined with neighbours; its
   * headers are to be zeroed once that is committed.
   */
  static MallocElem.Freed addMemory(UndoLog log, long heap, long msl, long start, long length) {
    MallocElem.init(UndoLog.NONE, start, heap, msl, length, start, length);
    MallocElem.insert(log, start);
    return MallocElem.free(log, start);
  }

  /** Notes that free memory may hold something else than zeroes. */
  static void spoil(long heap) {
    for (int i = 0; i < MallocElem.FREE_LISTS; i++) {
      for (long elem = Memory.getLong(freeHead(heap, i));
          elem != 0;
          elem = MallocElem.nextFree(elem)) {
        MallocElem.spoil(elem);
      }
    }
  }

  /** A free element that can hold the request on pages of a wanted size, or 0. */
  static long findSuitable(MemsegLists lists, long heap, Request request) {
    long other = 0;
    for (int i = MallocElem.freeListIndex(request.size()); i < MallocElem.FREE_LISTS; i++) {
      long elem = Memory.getLong(freeHead(heap, i));
      while (elem != 0) {
        if (MallocElem.startPoint(
                lists, elem, request.size(), request.align(), request.bound(), request.contiguous())
            != 0) {
          if (PageSizeFlags.allows(request.flags(), pageSize(elem))) {
            return elem;
          }
          other = other == 0 ? elem : other;
        }
        elem = MallocElem.nextFree(elem);
      }
    }
    return PageSizeFlags.isHintOnly(request.flags()) ? other : 0;
  }

  /** {@code heap_alloc}: a block for the request from what the heap has, or 0. */
  static long alloc(UndoLog log, MemsegLists lists, long heap, Request request) {
    long elem = findSuitable(lists, heap, request);
    if (elem == 0) {
      return 0;
    }
    long block =
        MallocElem.alloc(
            log,
            lists,
            elem,
            request.size(),
            request.align(),
            request.bound(),
            request.contiguous());
    addAllocCount(log, heap, 1);
    return block + MallocElem.OVERHEAD;
  }

  /** {@code heap_alloc_biggest}: the biggest block there is, or 0. */
  static long allocBiggest(
      UndoLog log, MemsegLists lists, long heap, int flags, long align, boolean contiguous) {
    long biggest = 0;
    long size = 0;
    for (int i = 0; i < MallocElem.FREE_LISTS; i++) {
      for (long elem = Memory.getLong(freeHead(heap, i));
          elem != 0;
          elem = MallocElem.nextFree(elem)) {
        if (!PageSizeFlags.isHintOnly(flags) && !PageSizeFlags.allows(flags, pageSize(elem))) {
          continue;
        }
        long fits = biggestIn(lists, elem, align, contiguous);
        if (fits > size) {
          size = fits;
          biggest = elem;
        }
      }
    }
    if (biggest == 0 || MallocElem.startPoint(lists, biggest, size, align, 0, contiguous) == 0) {
      return 0;
    }
    long block = MallocElem.alloc(log, lists, biggest, size, align, 0, contiguous);
    addAllocCount(log, heap, 1);
    return block + MallocElem.OVERHEAD;
  }

  private static long biggestIn(MemsegLists lists, long elem, long align, boolean contiguous) {
    long start = MallocElem.ceil(elem + MallocElem.OVERHEAD, align);
    long end = elem + MallocElem.size(elem);
    if (start >= end) {
      return 0;
    }
    return contiguous
        ? lists.longestContiguous(MallocElem.msl(elem), start, end, align)
        : end - start;
  }

  private static long pageSize(long elem) {
    return MemsegLists.pageSizeOf(MallocElem.msl(elem));
  }

  /**
   * What a block must be.
   *
   * @param size bytes, a multiple of a cache line
   * @param flags {@link PageSizeFlags}
   * @param align power of two, at least a cache line
   * @param bound power of two no multiple of which lies inside the block, or 0
   * @param contiguous in IO addresses too
   */
  record Request(long size, int flags, long align, long bound, boolean contiguous) {
    Request withFlags(int newFlags) {
      return new Request(size, newFlags, align, bound, contiguous);
    }
  }
}
