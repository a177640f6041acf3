package io.sluice.memseg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Memory;
import java.util.HashSet;
import java.util.Set;

/** Holds a heap's chain and free lists against the invariants that {@link MallocElem} states. */
final class HeapChain {
  private HeapChain() {}

  /** Checks one heap whose lock is free and which nobody uses meanwhile. */
  static void assertConsistent(long heap) {
    Set<Long> free = new HashSet<>();
    long previous = 0;
    int busy = 0;
    long bytes = 0;
    for (long elem = MallocHeap.first(heap); elem != 0; elem = MallocElem.next(elem)) {
      assertEquals(previous, MallocElem.prev(elem), "prev of " + hex(elem));
      assertEquals(heap, MallocElem.heap(elem), "heap of " + hex(elem));
      assertTrue(MallocElem.size(elem) >= MallocElem.MIN_SPLIT, "size of " + hex(elem));
      if (previous != 0) {
        assertTrue(elem >= previous + MallocElem.size(previous), "overlap at " + hex(elem));
        boolean touching =
            elem == previous + MallocElem.size(previous)
                && MallocElem.msl(elem) == MallocElem.msl(previous);
        assertTrue(
            !touching
                || MallocElem.state(elem) != MallocElem.FREE
                || MallocElem.state(previous) != MallocElem.FREE,
            "free neighbours not joined at " + hex(elem));
      }
      if (MallocElem.state(elem) == MallocElem.FREE) {
        free.add(elem);
      } else {
        assertEquals(MallocElem.BUSY, MallocElem.state(elem));
        busy++;
        assertPadding(elem);
      }
      bytes += MallocElem.size(elem);
      previous = elem;
    }
    assertEquals(previous, MallocHeap.last(heap), "last");
    assertEquals(busy, MallocHeap.allocCount(heap), "alloc_count");
    assertEquals(bytes, MallocHeap.totalSize(heap), "total_size");
    assertFreeLists(heap, free);
  }

  private static void assertPadding(long elem) {
    long pad = MallocElem.pad(elem);
    if (pad != 0) {
      long inner = elem + pad;
      assertEquals(MallocElem.PADDING, MallocElem.state(inner), "inner of " + hex(elem));
      assertEquals(pad, MallocElem.pad(inner));
      assertEquals(MallocElem.size(elem) - pad, MallocElem.size(inner));
    }
  }

  private static void assertFreeLists(long heap, Set<Long> expected) {
    Set<Long> listed = new HashSet<>();
    for (int i = 0; i < MallocElem.FREE_LISTS; i++) {
      for (long elem = Memory.getLong(MallocHeap.freeHead(heap, i));
          elem != 0;
          elem = MallocElem.nextFree(elem)) {
        assertTrue(listed.add(elem), hex(elem) + " listed twice");
        int wanted = MallocElem.freeListIndex(MallocElem.size(elem) - MallocElem.OVERHEAD);
        assertEquals(wanted, i, "free list of " + hex(elem));
      }
    }
    assertEquals(expected, listed, "free lists");
    assertNotEquals(0, heap);
  }

  /** How many free and busy elements there are. */
  static int elements(long heap) {
    int count = 0;
    for (long elem = MallocHeap.first(heap); elem != 0; elem = MallocElem.next(elem)) {
      count++;
    }
    return count;
  }

  private static String hex(long address) {
    return "0x" + Long.toHexString(address);
  }
}
