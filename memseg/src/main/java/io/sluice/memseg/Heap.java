package io.sluice.memseg;

import io.sluice.config.Custody;
import io.sluice.platform.Memory;
import java.util.List;

/**
 * {@code rte_malloc}: blocks of shared memory that every process sees at the same address. Any
 * process may free what another allocated. One object per socket that memory is wanted from, or for
 * any socket. Thread-safe and process-safe; not for the data path.
 *
 * <p>Alignment is a power of two, at least a cache line, or 0 for a cache line. What does not fit
 * is answered with 0, as DPDK answers NULL; nothing throws. A block is zeroed only by {@link
 * #zmalloc} and {@link #calloc}.
 */
public final class Heap {
  private final Heaps heaps;
  private final int socket;

  Heap(Heaps heaps, int socket) {
    this.heaps = heaps;
    this.socket = socket;
  }

  /** The socket that memory is taken from; {@link Heaps#ANY_SOCKET} for any. */
  public int socket() {
    return socket;
  }

  /**
   * {@code rte_malloc_socket}.
   *
   * @param type what it is for: counted against {@link #setLimit}; may be null
   * @param size bytes
   * @return the block's address, or 0 if the size is 0, the alignment no power of two, the type's
   *     limit reached, or memory exhausted
   */
  public long malloc(String type, long size, int align) {
    return malloc(type, size, align, 0);
  }

  private long malloc(String type, long size, int align, long place) {
    TypeLimits.Booking booking = heaps.limits().book(type, size);
    if (booking == null) {
      return 0;
    }
    long block = heaps.alloc(size, socket, 0, align, 0, false, place);
    heaps.limits().settle(booking, block);
    return block;
  }

  /** {@code rte_zmalloc_socket}: like {@link #malloc}, filled with zeroes. */
  public long zmalloc(String type, long size, int align) {
    return zmalloc(type, size, align, 0);
  }

  /**
   * As {@link #zmalloc(String, long, int)}; the block is this process's own: it is freed when the
   * process dies, unless somebody frees it earlier. Up to 1024 blocks of all processes. Not for
   * {@link #realloc}, which gives a block that is nobody's.
   */
  public long zmallocOwned(String type, long size, int align) {
    long place = heaps.custody().take();
    heaps.custody().keep();
    long block = zmalloc(type, size, align, place);
    if (block == 0) {
      Custody.give(place);
    }
    return block;
  }

  /**
   * As {@link #zmalloc(String, long, int)}; the block is in a {@link Custody}'s place from the very
   * step on that makes it one.
   */
  public long zmalloc(String type, long size, int align, long place) {
    long block = malloc(type, size, align, place);
    // Free memory is kept zeroed unless its element says that it is dirty.
    if (block != 0 && MallocElem.isDirty(MallocElem.fromData(block))) {
      Memory.fill(block, size, (byte) 0);
    }
    return block;
  }

  /** {@code rte_calloc_socket}: {@code num} times {@code size} zeroed bytes; 0 on overflow too. */
  public long calloc(String type, long num, long size, int align) {
    long high = Math.multiplyHigh(num, size);
    long total = num * size;
    return high != 0 || total < 0 ? 0 : zmalloc(type, total, align);
  }

  /**
   * {@code rte_realloc_socket}: grows or keeps the block in place, or moves its content; 0 for a
   * null block makes a new one.
   *
   * @return the block's address, which may have changed, or 0 with the old block untouched
   */
  public long realloc(long address, long size, int align) {
    if (address == 0) {
      return malloc(null, size, align);
    }
    if (!heaps.isBlock(address) || size <= 0 || align < 0 || Integer.bitCount(align) > 1) {
      return 0;
    }
    long rounded = MallocElem.ceil(size, MallocElem.CACHE_LINE);
    long elem = MallocElem.fromData(address);
    boolean here =
        socket == Heaps.ANY_SOCKET || socket == MallocHeap.socketId(MallocElem.heap(elem));
    TypeLimits.Booking booked = heaps.limits().of(address);
    if (here && address % Math.max(align, 1) == 0 && heaps.limits().resize(address, size)) {
      if (heaps.resize(address, rounded)) {
        return address;
      }
      heaps.limits().resize(address, booked.size());
    }
    // Until the old block is free the new one is nobody else's: one of the two remains.
    long place = heaps.custody().take();
    try {
      long moved = malloc(booked.type(), size, align, place);
      if (moved != 0) {
        Memory.copy(address, moved, Math.min(MallocElem.dataSize(elem), size));
        heaps.free(address, place);
      }
      return moved;
    } finally {
      Custody.give(place);
    }
  }

  /**
   * {@code rte_free}. 0 is ignored; so is an address that is no block in use.
   *
   * @return whether a block was freed
   */
  public boolean free(long address) {
    return free(address, 0);
  }

  /** As {@link #free(long)}; the block leaves its place in {@link Custody} with that very step. */
  public boolean free(long address, long place) {
    return address != 0 && heaps.free(address, place);
  }

  /** {@code rte_malloc_validate}: the usable bytes of the block, or -1 if it is none. */
  public long validate(long address) {
    return heaps.isBlock(address) ? MallocElem.dataSize(MallocElem.fromData(address)) : -1;
  }

  /**
   * Bytes that all heaps together could give at the most: what is free in them, and the pages that
   * the machine could add by now. Who wants more need not try, and have others run short meanwhile.
   */
  public long obtainable() {
    return heaps.free() + heaps.lists().obtainable();
  }

  /** {@code rte_malloc_virt2iova}: the IO address of a byte of a block, or {@link Iova#BAD}. */
  public long virt2iova(long address) {
    return heaps.lists().virt2iova(address);
  }

  /** {@code rte_malloc_get_socket_stats} of this socket's heap, of the first one for any. */
  public HeapStats stats() {
    return heaps.stats(socket);
  }

  /**
   * {@code rte_malloc_set_limit}: what this process may allocate of a type from now on, in bytes;
   * growing a block by {@link #realloc} counts too.
   */
  public void setLimit(String type, long bytes) {
    heaps.limits().set(type, bytes);
  }

  /**
   * Holds all heaps against what must be true of them, as each of their locks is free: elements
   * cover each heap without a gap or an overlap, neighbours know each other, free ones are joined
   * and listed once, clean ones are zeroes, the counts are right.
   *
   * @return a line for each thing that is wrong; empty if nothing is
   */
  public List<String> audit() {
    return heaps.audit();
  }

  /** {@code rte_malloc_dump_heaps}: the elements of all heaps. */
  public String dump() {
    return heaps.dump();
  }
}
