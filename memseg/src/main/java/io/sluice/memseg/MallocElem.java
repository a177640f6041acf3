package io.sluice.memseg;

import static io.sluice.config.MallocElemLayout.BITS;
import static io.sluice.config.MallocElemLayout.FREE_LIST_NEXT;
import static io.sluice.config.MallocElemLayout.FREE_LIST_PPREV;
import static io.sluice.config.MallocElemLayout.HEAP;
import static io.sluice.config.MallocElemLayout.MSL;
import static io.sluice.config.MallocElemLayout.NEXT;
import static io.sluice.config.MallocElemLayout.ORIG_ELEM;
import static io.sluice.config.MallocElemLayout.ORIG_SIZE;
import static io.sluice.config.MallocElemLayout.PAD;
import static io.sluice.config.MallocElemLayout.PREV;
import static io.sluice.config.MallocElemLayout.SIZE;

import io.sluice.config.MallocElemLayout;
import io.sluice.config.MallocHeapLayout;
import io.sluice.platform.Memory;

/**
 * The headers in front of every block of the heap ({@code malloc_elem.c} of 22.11), as static
 * functions over an element's address.
 *
 * <p>Invariants, whenever the heap's lock is free:
 *
 * <ul>
 *   <li>following {@code next} from the heap's {@code first} visits every element in rising
 *       addresses and ends at its {@code last}; {@code prev} is the way back;
 *   <li>elements that touch and belong to one memseg list are never both free;
 *   <li>a free element is in the free list of its size class, a busy one in none;
 *   <li>a busy element with {@code pad} != 0 has a second header {@code pad} bytes on, in state
 *       {@link #PADDING}, which leads back from the data to the element.
 * </ul>
 *
 * <p>All accesses are plain: the heap's spinlock orders them. A process that dies between two
 * stores here leaves the lock taken, as in DPDK; nobody then sees a half-changed chain.
 */
final class MallocElem {
  static final int FREE = 0;
  static final int BUSY = 1;
  static final int PADDING = 2;

  /** {@code MALLOC_ELEM_HEADER_LEN} and, as there is no trailer without debugging, the overhead. */
  static final int OVERHEAD = MallocElemLayout.SIZEOF;

  /** {@code RTE_CACHE_LINE_SIZE}. */
  static final int CACHE_LINE = 64;

  /** {@code RTE_HEAP_NUM_FREELISTS}. */
  static final int FREE_LISTS = 13;

  /** The smallest element worth splitting off: a header and {@code MIN_DATA_SIZE}. */
  static final int MIN_SPLIT = OVERHEAD + CACHE_LINE;

  private static final int MIN_SIZE_LOG2 = 8;
  private static final int LOG2_INCREMENT = 2;
  private static final int STATE_MASK = 0x7;
  private static final int DIRTY_BIT = 0x8;

  private MallocElem() {}

  static long heap(long elem) {
    return Memory.getLong(elem + HEAP);
  }

  static long prev(long elem) {
    return Memory.getLong(elem + PREV);
  }

  static long next(long elem) {
    return Memory.getLong(elem + NEXT);
  }

  static long msl(long elem) {
    return Memory.getLong(elem + MSL);
  }

  static int state(long elem) {
    return Memory.getInt(elem + BITS) & STATE_MASK;
  }

  static void setState(long elem, int state) {
    Memory.putInt(elem + BITS, Memory.getInt(elem + BITS) & ~STATE_MASK | state);
  }

  /** Whether the memory of a free element may hold something else than zeroes. */
  static boolean isDirty(long elem) {
    return (Memory.getInt(elem + BITS) & DIRTY_BIT) != 0;
  }

  private static void setDirty(long elem, boolean dirty) {
    int bits = Memory.getInt(elem + BITS) & ~DIRTY_BIT;
    Memory.putInt(elem + BITS, dirty ? bits | DIRTY_BIT : bits);
  }

  static long pad(long elem) {
    return Memory.getUnsignedInt(elem + PAD);
  }

  private static void setPad(long elem, long pad) {
    Memory.putInt(elem + PAD, (int) pad);
  }

  static long size(long elem) {
    return Memory.getLong(elem + SIZE);
  }

  private static void setSize(long elem, long size) {
    Memory.putLong(elem + SIZE, size);
  }

  static long origSize(long elem) {
    return Memory.getLong(elem + ORIG_SIZE);
  }

  static long nextFree(long elem) {
    return Memory.getLong(elem + FREE_LIST_NEXT);
  }

  /** The element that a block given out belongs to. */
  static long fromData(long data) {
    long elem = data - OVERHEAD;
    return state(elem) == PADDING ? elem - pad(elem) : elem;
  }

  /** The bytes a busy element holds behind its header and padding. */
  static long dataSize(long elem) {
    return size(elem) - pad(elem) - OVERHEAD;
  }

  static void init(
      long elem, long heap, long msl, long size, long origElem, long origSize, boolean dirty) {
    Memory.putLong(elem + HEAP, heap);
    Memory.putLong(elem + MSL, msl);
    Memory.putLong(elem + PREV, 0);
    Memory.putLong(elem + NEXT, 0);
    Memory.putLong(elem + FREE_LIST_NEXT, 0);
    Memory.putLong(elem + FREE_LIST_PPREV, 0);
    Memory.putInt(elem + BITS, dirty ? FREE | DIRTY_BIT : FREE);
    setSize(elem, size);
    setPad(elem, 0);
    Memory.putLong(elem + ORIG_ELEM, origElem);
    Memory.putLong(elem + ORIG_SIZE, origSize);
  }

  /** Links an element into the heap's chain at its place by address. */
  static void insert(long elem) {
    long heap = heap(elem);
    long first = MallocHeap.first(heap);
    long last = MallocHeap.last(heap);
    long before;
    long after;
    if (first == 0) {
      before = 0;
      after = 0;
    } else if (elem < first) {
      before = 0;
      after = first;
    } else if (elem > last) {
      before = last;
      after = 0;
    } else if (elem - first < last - elem) {
      before = first;
      while (next(before) < elem) {
        before = next(before);
      }
      after = next(before);
    } else {
      after = last;
      while (prev(after) > elem) {
        after = prev(after);
      }
      before = prev(after);
    }
    Memory.putLong(elem + PREV, before);
    Memory.putLong(elem + NEXT, after);
    linkBehind(heap, before, elem);
    linkAhead(heap, after, elem);
  }

  private static void linkBehind(long heap, long before, long elem) {
    if (before == 0) {
      Memory.putLong(heap + MallocHeapLayout.FIRST, elem);
    } else {
      Memory.putLong(before + NEXT, elem);
    }
  }

  private static void linkAhead(long heap, long after, long elem) {
    if (after == 0) {
      Memory.putLong(heap + MallocHeapLayout.LAST, elem);
    } else {
      Memory.putLong(after + PREV, elem);
    }
  }

  private static void remove(long elem) {
    linkBehind(heap(elem), prev(elem), next(elem));
    linkAhead(heap(elem), next(elem), prev(elem));
    Memory.putLong(elem + PREV, 0);
    Memory.putLong(elem + NEXT, 0);
  }

  /** {@code malloc_elem_free_list_index}: (0, 2^8], (2^8, 2^10], (2^10, 2^12] and so on. */
  static int freeListIndex(long size) {
    if (size <= 1L << MIN_SIZE_LOG2) {
      return 0;
    }
    int log2 = Long.SIZE - Long.numberOfLeadingZeros(size - 1);
    int index = (log2 - MIN_SIZE_LOG2 + LOG2_INCREMENT - 1) / LOG2_INCREMENT;
    return Math.min(index, FREE_LISTS - 1);
  }

  static void freeListInsert(long elem) {
    setState(elem, FREE);
    long head = MallocHeap.freeHead(heap(elem), freeListIndex(size(elem) - OVERHEAD));
    long first = Memory.getLong(head);
    Memory.putLong(elem + FREE_LIST_NEXT, first);
    if (first != 0) {
      Memory.putLong(first + FREE_LIST_PPREV, elem + FREE_LIST_NEXT);
    }
    Memory.putLong(head, elem);
    Memory.putLong(elem + FREE_LIST_PPREV, head);
  }

  static void freeListRemove(long elem) {
    long next = nextFree(elem);
    long slot = Memory.getLong(elem + FREE_LIST_PPREV);
    if (next != 0) {
      Memory.putLong(next + FREE_LIST_PPREV, slot);
    }
    Memory.putLong(slot, next);
  }

  /**
   * Where the header of a block of {@code size} bytes would go, as far back in the free element as
   * alignment, boundary and IO-contiguity allow; 0 if it does not fit.
   */
  static long startPoint(
      MemsegLists lists, long elem, long size, long align, long bound, boolean contiguous) {
    for (long length = size(elem); length >= size; length -= align) {
      long end = elem + length;
      long data = floor(end - size, align);
      if (bound != 0 && floor(data, bound) != floor(end - 1, bound)) {
        end = floor(end, bound);
        data = floor(end - size, align);
        end = data + size;
        if (floor(end - 1, bound) != floor(data, bound)) {
          return 0;
        }
      }
      if (data - OVERHEAD < elem) {
        return 0;
      }
      if (!contiguous || lists.isContiguous(msl(elem), data, end - data)) {
        return data - OVERHEAD;
      }
    }
    return 0;
  }

  /** Cuts an element in two at {@code at}, where a new header is written. */
  private static void split(long elem, long at) {
    long after = next(elem);
    long oldSize = at - elem;
    init(
        at,
        heap(elem),
        msl(elem),
        size(elem) - oldSize,
        Memory.getLong(elem + ORIG_ELEM),
        origSize(elem),
        isDirty(elem));
    Memory.putLong(at + PREV, elem);
    Memory.putLong(at + NEXT, after);
    linkAhead(heap(elem), after, at);
    Memory.putLong(elem + NEXT, at);
    setSize(elem, oldSize);
    if (pad(elem) != 0) {
      setSize(elem + pad(elem), oldSize - pad(elem));
    }
  }

  /**
   * Takes a block out of a free element that {@link #startPoint} said fits; what is left in front
   * and behind stays free if it is big enough to be of use.
   *
   * @return the header in front of the block's data
   */
  static long alloc(
      MemsegLists lists, long elem, long size, long align, long bound, boolean contiguous) {
    long found = startPoint(lists, elem, size, align, bound, contiguous);
    long before = found - elem;
    long behind = size(elem) - before - size - OVERHEAD;
    freeListRemove(elem);
    if (behind > MIN_SPLIT) {
      long rest = found + size + OVERHEAD;
      split(elem, rest);
      freeListInsert(rest);
    }
    if (before < MIN_SPLIT) {
      setState(elem, BUSY);
      setPad(elem, before);
      if (before > 0) {
        setPad(found, before);
        setState(found, PADDING);
        setSize(found, size(elem) - before);
      }
      return found;
    }
    split(elem, found);
    setState(found, BUSY);
    freeListInsert(elem);
    return found;
  }

  private static boolean isNextAdjacent(long elem) {
    long next = next(elem);
    return next != 0 && next == elem + size(elem) && msl(next) == msl(elem);
  }

  private static boolean isPrevAdjacent(long elem) {
    long prev = prev(elem);
    return prev != 0 && elem == prev + size(prev) && msl(prev) == msl(elem);
  }

  private static void join(long elem, long following) {
    long after = next(following);
    setSize(elem, size(elem) + size(following));
    Memory.putLong(elem + NEXT, after);
    linkAhead(heap(elem), after, elem);
    setDirty(elem, isDirty(elem) || isDirty(following));
    if (pad(elem) != 0) {
      setSize(elem + pad(elem), size(elem) - pad(elem));
    }
  }

  /** Merges a free element with free neighbours that it touches; gives the merged one. */
  static long joinAdjacentFree(long elem) {
    long next = next(elem);
    if (isNextAdjacent(elem) && state(next) == FREE) {
      long erase = OVERHEAD + pad(next);
      freeListRemove(next);
      join(elem, next);
      Memory.fill(next, erase, (byte) 0);
    }
    long prev = prev(elem);
    if (isPrevAdjacent(elem) && state(prev) == FREE) {
      long erase = OVERHEAD + pad(elem);
      freeListRemove(prev);
      join(prev, elem);
      Memory.fill(elem, erase, (byte) 0);
      return prev;
    }
    return elem;
  }

  /**
   * Puts a block back: joined with its neighbours, in the free list, zeroed if all of it is clean.
   */
  static long free(long block) {
    long data = block + OVERHEAD;
    long length = size(block) - OVERHEAD;
    setDirty(block, false);
    long elem = joinAdjacentFree(block);
    freeListInsert(elem);
    setPad(elem, 0);
    if (!isDirty(elem)) {
      Memory.fill(data, length, (byte) 0);
    }
    return elem;
  }

  /** Takes {@code [start, start + length)} of a free, unlisted element out of the chain. */
  static void hideRegion(long elem, long start, long length) {
    long end = start + length;
    long hidden = elem;
    if (elem + size(elem) - end >= MIN_SPLIT) {
      split(elem, end);
      freeListInsert(end);
    }
    if (start - elem >= MIN_SPLIT) {
      split(elem, start);
      freeListInsert(elem);
      hidden = start;
    }
    remove(hidden);
  }

  /** Grows a busy element into the free one behind it, or leaves it if it is big enough already. */
  static boolean resize(long elem, long size) {
    long wanted = size + pad(elem) + OVERHEAD;
    if (size(elem) >= wanted) {
      return true;
    }
    long next = next(elem);
    if (!isNextAdjacent(elem) || state(next) != FREE || size(elem) + size(next) < wanted) {
      return false;
    }
    freeListRemove(next);
    join(elem, next);
    if (size(elem) - wanted >= MIN_SPLIT) {
      long at = ceil(elem + wanted, CACHE_LINE);
      split(elem, at);
      freeListInsert(at);
    }
    return true;
  }

  static long floor(long value, long powerOfTwo) {
    return value & -powerOfTwo;
  }

  static long ceil(long value, long powerOfTwo) {
    return value + powerOfTwo - 1 & -powerOfTwo;
  }
}
