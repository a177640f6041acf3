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
import io.sluice.config.UndoLog;
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
 * <p>All accesses are plain: the heap's lock orders them. Stores into the chain, the free lists and
 * the headers of elements go through the lock's {@link UndoLog}; those into an element that is not
 * in the chain yet, or into free memory, need not. After something was undone free memory is not
 * known to be zeroes: {@link #spoil}.
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

  static void setState(UndoLog log, long elem, int state) {
    log.putInt(elem + BITS, Memory.getInt(elem + BITS) & ~STATE_MASK | state);
  }

  /** Whether the memory of a free element may hold something else than zeroes. */
  static boolean isDirty(long elem) {
    return (Memory.getInt(elem + BITS) & DIRTY_BIT) != 0;
  }

  private static void setDirty(UndoLog log, long elem, boolean dirty) {
    int bits = Memory.getInt(elem + BITS) & ~DIRTY_BIT;
    log.putInt(elem + BITS, dirty ? bits | DIRTY_BIT : bits);
  }

  /** Notes that a free element's memory may hold something else than zeroes. */
  static void spoil(long elem) {
    setDirty(UndoLog.NONE, elem, true);
  }

  static long pad(long elem) {
    return Memory.getUnsignedInt(elem + PAD);
  }

  private static void setPad(UndoLog log, long elem, long pad) {
    log.putInt(elem + PAD, (int) pad);
  }

  static long size(long elem) {
    return Memory.getLong(elem + SIZE);
  }

  private static void setSize(UndoLog log, long elem, long size) {
    log.putLong(elem + SIZE, size);
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
      UndoLog log, long elem, long heap, long msl, long size, long origElem, long origSize) {
    log.putLong(elem + HEAP, heap);
    log.putLong(elem + MSL, msl);
    log.putLong(elem + PREV, 0);
    log.putLong(elem + NEXT, 0);
    log.putLong(elem + FREE_LIST_NEXT, 0);
    log.putLong(elem + FREE_LIST_PPREV, 0);
    log.putInt(elem + BITS, FREE);
    setPad(log, elem, 0);
    setSize(log, elem, size);
    log.putLong(elem + ORIG_ELEM, origElem);
    log.putLong(elem + ORIG_SIZE, origSize);
  }

  /** Links an element into the heap's chain at its place by address. */
  static void insert(UndoLog log, long elem) {
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
    linkBehind(log, heap, before, elem);
    linkAhead(log, heap, after, elem);
  }

  private static void linkBehind(UndoLog log, long heap, long before, long elem) {
    log.putLong(before == 0 ? heap + MallocHeapLayout.FIRST : before + NEXT, elem);
  }

  private static void linkAhead(UndoLog log, long heap, long after, long elem) {
    log.putLong(after == 0 ? heap + MallocHeapLayout.LAST : after + PREV, elem);
  }

  private static void remove(UndoLog log, long elem) {
    linkBehind(log, heap(elem), prev(elem), next(elem));
    linkAhead(log, heap(elem), next(elem), prev(elem));
    log.putLong(elem + PREV, 0);
    log.putLong(elem + NEXT, 0);
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

  static void freeListInsert(UndoLog log, long elem) {
    setState(log, elem, FREE);
    long head = MallocHeap.freeHead(heap(elem), freeListIndex(size(elem) - OVERHEAD));
    long first = Memory.getLong(head);
    log.putLong(elem + FREE_LIST_NEXT, first);
    if (first != 0) {
      log.putLong(first + FREE_LIST_PPREV, elem + FREE_LIST_NEXT);
    }
    log.putLong(head, elem);
    log.putLong(elem + FREE_LIST_PPREV, head);
  }

  static void freeListRemove(UndoLog log, long elem) {
    long next = nextFree(elem);
    long slot = Memory.getLong(elem + FREE_LIST_PPREV);
    if (next != 0) {
      log.putLong(next + FREE_LIST_PPREV, slot);
    }
    log.putLong(slot, next);
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

  private static void split(UndoLog log, long elem, long at) {
    split(log, UndoLog.NONE, elem, at);
  }

  /** Cuts an element in two at {@code at}, where a new header is written, through a log or not. */
  private static void split(UndoLog log, UndoLog headerLog, long elem, long at) {
    long after = next(elem);
    long oldSize = at - elem;
    long origElem = Memory.getLong(elem + ORIG_ELEM);
    init(headerLog, at, heap(elem), msl(elem), size(elem) - oldSize, origElem, origSize(elem));
    setDirty(headerLog, at, isDirty(elem));
    headerLog.putLong(at + PREV, elem);
    headerLog.putLong(at + NEXT, after);
    linkAhead(log, heap(elem), after, at);
    log.putLong(elem + NEXT, at);
    setSize(log, elem, oldSize);
    if (pad(elem) != 0) {
      setSize(log, elem + pad(elem), oldSize - pad(elem));
    }
  }

  /**
   * Takes a block out of a free element that {@link #startPoint} said fits; what is left in front
   * and behind stays free if it is big enough to be of use.
   *
   * @return the header in front of the block's data
   */
  static long alloc(
      UndoLog log,
      MemsegLists lists,
      long elem,
      long size,
      long align,
      long bound,
      boolean contiguous) {
    long found = startPoint(lists, elem, size, align, bound, contiguous);
    long before = found - elem;
    long behind = size(elem) - before - size - OVERHEAD;
    freeListRemove(log, elem);
    if (behind > MIN_SPLIT) {
      long rest = found + size + OVERHEAD;
      split(log, elem, rest);
      freeListInsert(log, rest);
    }
    if (before < MIN_SPLIT) {
      setState(log, elem, BUSY);
      setPad(log, elem, before);
      if (before > 0) {
        // Inside the element, as far as anybody knows.
        setPad(UndoLog.NONE, found, before);
        setState(UndoLog.NONE, found, PADDING);
        setSize(UndoLog.NONE, found, size(elem) - before);
      }
      return found;
    }
    split(log, elem, found);
    setState(log, found, BUSY);
    freeListInsert(log, elem);
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

  private static void join(UndoLog log, long elem, long following) {
    long after = next(following);
    setSize(log, elem, size(elem) + size(following));
    log.putLong(elem + NEXT, after);
    linkAhead(log, heap(elem), after, elem);
    if (isDirty(following)) {
      setDirty(log, elem, true);
    }
    if (pad(elem) != 0) {
      setSize(log, elem + pad(elem), size(elem) - pad(elem));
    }
  }

  /**
   * Memory that was put into the free list.
   *
   * @param elem the free element that it is part of now
   * @param block where it begins: a header, inside another element if {@code joinsPrev}
   * @param joinsNext whether the header behind it is inside the element now
   * @param clean whether the element is zeroes but for that
   */
  record Freed(
      long elem, long block, long length, boolean joinsPrev, boolean joinsNext, boolean clean) {
    /**
     * Zeroes headers, and the data, if that makes the element clean. Only once there is no way
     * back, since what was in a block is lost with it; until then the element says it is dirty.
     */
    void zero(boolean data) {
      if (!clean) {
        return;
      }
      if (joinsPrev) {
        Memory.fill(block, OVERHEAD, (byte) 0);
      }
      if (data) {
        Memory.fill(block + OVERHEAD, length - OVERHEAD, (byte) 0);
      }
      if (joinsNext) {
        Memory.fill(block + length, OVERHEAD, (byte) 0);
      }
      setDirty(UndoLog.NONE, elem, false);
    }
  }

  /**
   * Puts a block, or new memory, into the free list, joined with the neighbours that it touches.
   */
  static Freed free(UndoLog log, long block) {
    long length = size(block);
    long next = next(block);
    long prev = prev(block);
    boolean joinsNext = isNextAdjacent(block) && state(next) == FREE;
    boolean joinsPrev = isPrevAdjacent(block) && state(prev) == FREE;
    boolean clean = (!joinsNext || !isDirty(next)) && (!joinsPrev || !isDirty(prev));
    // Also where its header is to be inside another's memory: no block begins there any more.
    log.putInt(block + BITS, FREE | DIRTY_BIT);
    setPad(log, block, 0);
    long elem = block;
    if (joinsNext) {
      freeListRemove(log, next);
      join(log, block, next);
    }
    if (joinsPrev) {
      freeListRemove(log, prev);
      join(log, prev, block);
      elem = prev;
    }
    freeListInsert(log, elem);
    return new Freed(elem, block, length, joinsPrev, joinsNext, clean);
  }

  /** Takes {@code [start, start + length)} of a free, unlisted element out of the chain. */
  static void hideRegion(UndoLog log, long elem, long start, long length) {
    long end = start + length;
    long hidden = elem;
    if (elem + size(elem) - end >= MIN_SPLIT) {
      split(log, elem, end);
      freeListInsert(log, end);
    }
    if (start - elem >= MIN_SPLIT) {
      split(log, elem, start);
      freeListInsert(log, elem);
      hidden = start;
    }
    remove(log, hidden);
  }

  /** Grows a busy element into the free one behind it, or leaves it if it is big enough already. */
  static boolean resize(UndoLog log, long elem, long size) {
    long wanted = size + pad(elem) + OVERHEAD;
    if (size(elem) >= wanted) {
      return true;
    }
    long next = next(elem);
    if (!isNextAdjacent(elem) || state(next) != FREE || size(elem) + size(next) < wanted) {
      return false;
    }
    freeListRemove(log, next);
    join(log, elem, next);
    if (size(elem) - wanted >= MIN_SPLIT) {
      long at = ceil(elem + wanted, CACHE_LINE);
      // Where it begins may still be the header that was there.
      split(log, log, elem, at);
      freeListInsert(log, at);
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
