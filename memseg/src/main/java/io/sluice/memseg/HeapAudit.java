package io.sluice.memseg;

import io.sluice.platform.Memory;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Holds a heap's chain and free lists against the invariants that {@link MallocElem} states. */
final class HeapAudit {
  private final long heap;
  private final List<String> wrong;
  private final Set<Long> free = new HashSet<>();
  private int busy;
  private long bytes;

  private HeapAudit(long heap, List<String> wrong) {
    this.heap = heap;
    this.wrong = wrong;
  }

  /**
   * Adds to a list what is wrong with a heap; the caller holds its lock.
   *
   * @param content whether to read all of its clean memory, too
   */
  static void audit(long heap, List<String> wrong, boolean content) {
    HeapAudit audit = new HeapAudit(heap, wrong);
    audit.chain();
    audit.freeLists(content);
  }

  private void require(boolean condition, String what, long elem) {
    if (!condition) {
      wrong.add("heap " + MallocHeap.name(heap) + ": " + what + " at 0x" + Long.toHexString(elem));
    }
  }

  private void chain() {
    long previous = 0;
    for (long elem = MallocHeap.first(heap); elem != 0; elem = MallocElem.next(elem)) {
      require(previous == MallocElem.prev(elem), "prev is another", elem);
      require(heap == MallocElem.heap(elem), "another heap's element", elem);
      require(MallocElem.size(elem) >= MallocElem.MIN_SPLIT, "too small an element", elem);
      if (previous != 0) {
        neighbours(previous, elem);
      }
      if (MallocElem.state(elem) == MallocElem.FREE) {
        free.add(elem);
      } else {
        require(MallocElem.state(elem) == MallocElem.BUSY, "neither free nor busy", elem);
        busy++;
        padding(elem);
      }
      bytes += MallocElem.size(elem);
      if (elem <= previous) {
        return;
      }
      previous = elem;
    }
    require(previous == MallocHeap.last(heap), "last is another", previous);
    require(busy == MallocHeap.allocCount(heap), "alloc_count is not " + busy, heap);
    require(bytes == MallocHeap.totalSize(heap), "total_size is not " + bytes, heap);
  }

  private void neighbours(long previous, long elem) {
    long end = previous + MallocElem.size(previous);
    require(elem >= end, "overlap", elem);
    boolean touching = elem == end && MallocElem.msl(elem) == MallocElem.msl(previous);
    boolean bothFree =
        MallocElem.state(elem) == MallocElem.FREE && MallocElem.state(previous) == MallocElem.FREE;
    require(!touching || !bothFree, "free neighbours not joined", elem);
  }

  private void padding(long elem) {
    long pad = MallocElem.pad(elem);
    if (pad != 0) {
      long inner = elem + pad;
      require(MallocElem.state(inner) == MallocElem.PADDING, "no padding header", inner);
      require(MallocElem.pad(inner) == pad, "another padding", inner);
      require(
          MallocElem.size(inner) == MallocElem.size(elem) - pad, "another size behind it", inner);
    }
  }

  private void freeLists(boolean content) {
    Set<Long> listed = new HashSet<>();
    for (int i = 0; i < MallocElem.FREE_LISTS; i++) {
      for (long elem = Memory.getLong(MallocHeap.freeHead(heap, i));
          elem != 0;
          elem = MallocElem.nextFree(elem)) {
        if (!listed.add(elem)) {
          require(false, "listed twice", elem);
          return;
        }
        int wanted = MallocElem.freeListIndex(MallocElem.size(elem) - MallocElem.OVERHEAD);
        require(wanted == i, "in free list " + i + ", not " + wanted, elem);
        if (content && !MallocElem.isDirty(elem)) {
          require(isZero(elem), "free and clean, but not zeroes", elem);
        }
      }
    }
    require(free.equals(listed), "free elements and free lists differ", heap);
  }

  private static boolean isZero(long elem) {
    long end = elem + MallocElem.size(elem);
    for (long at = elem + MallocElem.OVERHEAD; at < end; at += Long.BYTES) {
      if (Memory.getLong(at) != 0) {
        return false;
      }
    }
    return true;
  }
}
