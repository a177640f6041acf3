package io.sluice.ring;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;

/**
 * {@code rte_ring_elem}: a ring whose entries are {@code esize} bytes each, copied in and out
 * whole. Everything that does not touch entries (counts, dump, reset, free) is done through {@link
 * #ring}.
 *
 * <p>Tables are addresses of {@code n * esize} bytes of the caller's memory, on a multiple of 8, or
 * of 4 where {@code esize} is no multiple of 8. They are not checked but by the memory seam.
 *
 * <p>The shared structure does not say its entries' size: every process must know it, and a {@link
 * Ring} handle's own data calls, which are of 8 bytes, must not be used on another size.
 *
 * <p>Threads, processes and memory order as {@link Ring}. Source: {@code rte_ring_elem.h}, {@code
 * rte_ring_peek.h}, {@code rte_ring_peek_zc.h} of 22.11.
 */
public final class RingElem {
  /** From this many bytes on, a block copy beats a loop: 16 entries of 8 bytes, as in Ring. */
  private static final int COPY_THRESHOLD = 128;

  private final Ring ring;
  private final int esize;
  private final boolean wide;

  private RingElem(Ring ring, int esize) {
    this.ring = ring;
    this.esize = esize;
    this.wide = esize % Long.BYTES == 0;
  }

  /**
   * {@code rte_ring_get_memsize_elem}: bytes for {@code count} slots of {@code esize} bytes.
   *
   * @throws io.sluice.platform.SluiceException EINVAL if {@code esize} is no multiple of 4, or
   *     {@code count} no power of two
   */
  public static long memsize(int esize, int count) {
    return RingCreation.memsize("", esize, count);
  }

  /** {@code rte_ring_create_elem}; errors as {@link #memsize} and {@link Ring#create}. */
  public static RingElem create(
      SharedMemory m, String name, int esize, int count, int socket, int flags) {
    long ring = RingCreation.create(m, name, esize, count, socket, flags, Protection.ON);
    return new RingElem(Ring.at(ring).ofElements(), esize);
  }

  /** As {@link Ring#init}, over {@link #memsize} bytes. */
  public static RingElem init(long address, String name, int esize, int count, int flags) {
    RingCreation.init(address, name, esize, count, flags);
    return new RingElem(Ring.unprotected(address), esize);
  }

  /** The handle for a ring that was created with this {@code esize}. */
  public static RingElem of(Ring ring, int esize) {
    RingCreation.memsize(ring.name(), esize, ring.size());
    return new RingElem(ring.ofElements(), esize);
  }

  /** The ring without its entries: counts, dump, reset, free, claims of a peek. */
  public Ring ring() {
    return ring;
  }

  /** Bytes of an entry. */
  public int esize() {
    return esize;
  }

  /** Enqueues all {@code n} or none; returns n or 0. */
  public int enqueueBulk(long table, int n) {
    return enqueue(table, n, true);
  }

  /** Enqueues as many of {@code n} as there is room for, and returns how many. */
  public int enqueueBurst(long table, int n) {
    return enqueue(table, n, false);
  }

  /** Dequeues {@code n} or none; returns n or 0. */
  public int dequeueBulk(long table, int n) {
    return dequeue(table, n, true);
  }

  /** Dequeues as many of {@code n} as are there, and returns how many. */
  public int dequeueBurst(long table, int n) {
    return dequeue(table, n, false);
  }

  private int enqueue(long table, int n, boolean fixed) {
    long claim = ring.prod.claim(n, fixed);
    int count = HeadTail.count(claim);
    if (count != 0) {
      int head = HeadTail.head(claim);
      write(head, table, count);
      ring.prod.publish(head, count);
    }
    return count;
  }

  private int dequeue(long table, int n, boolean fixed) {
    long claim = ring.cons.claim(n, fixed);
    int count = HeadTail.count(claim);
    if (count != 0) {
      int head = HeadTail.head(claim);
      read(head, table, count);
      ring.cons.publish(head, count);
    }
    return count;
  }

  /** Ends {@link Ring#enqueueBulkStart} or its burst form; see {@link Ring#enqueueFinish}. */
  public void enqueueFinish(long table, int n) {
    ring.prod.requireClaimed(n);
    write(ring.prod.tailPosition(), table, n);
    ring.prod.finish(n);
  }

  /** As {@link Ring#dequeueBulkStart}; ends with {@link Ring#dequeueFinish}. */
  public int dequeueBulkStart(long table, int n) {
    return peek(table, n, true);
  }

  /** As {@link Ring#dequeueBurstStart}; ends with {@link Ring#dequeueFinish}. */
  public int dequeueBurstStart(long table, int n) {
    return peek(table, n, false);
  }

  /** As {@link Ring#enqueueZcBulkStart}; ends with {@link Ring#enqueueZcFinish}. */
  public int enqueueZcBulkStart(int n, RingZcData zcd) {
    return locate(ring.claimEnqueue(n, true), zcd);
  }

  /** As {@link Ring#enqueueZcBurstStart}; ends with {@link Ring#enqueueZcFinish}. */
  public int enqueueZcBurstStart(int n, RingZcData zcd) {
    return locate(ring.claimEnqueue(n, false), zcd);
  }

  /** As {@link Ring#dequeueZcBulkStart}; ends with {@link Ring#dequeueFinish}. */
  public int dequeueZcBulkStart(int n, RingZcData zcd) {
    return locate(ring.claimDequeue(n, true), zcd);
  }

  /** As {@link Ring#dequeueZcBurstStart}; ends with {@link Ring#dequeueFinish}. */
  public int dequeueZcBurstStart(int n, RingZcData zcd) {
    return locate(ring.claimDequeue(n, false), zcd);
  }

  private int peek(long table, int n, boolean fixed) {
    long claim = ring.claimDequeue(n, fixed);
    int count = HeadTail.count(claim);
    if (count != 0) {
      read(HeadTail.head(claim), table, count);
    }
    return count;
  }

  private int locate(long claim, RingZcData zcd) {
    int count = HeadTail.count(claim);
    int head = HeadTail.head(claim);
    int first = firstRun(head, count);
    zcd.set(entry(head), first, first < count ? ring.entries : 0, esize);
    return count;
  }

  private int firstRun(int head, int count) {
    return Math.min(count, ring.size - (head & ring.mask));
  }

  private long entry(int position) {
    return ring.entries + (long) (position & ring.mask) * esize;
  }

  private void write(int head, long table, int count) {
    int first = firstRun(head, count);
    copy(table, entry(head), first);
    if (first < count) {
      copy(table + (long) first * esize, ring.entries, count - first);
    }
  }

  private void read(int head, long table, int count) {
    int first = firstRun(head, count);
    copy(entry(head), table, first);
    if (first < count) {
      copy(ring.entries, table + (long) first * esize, count - first);
    }
  }

  private void copy(long from, long to, int count) {
    long bytes = (long) count * esize;
    if (bytes >= COPY_THRESHOLD) {
      Memory.copy(from, to, bytes);
    } else if (wide) {
      for (long i = 0; i < bytes; i += Long.BYTES) {
        Memory.putLong(to + i, Memory.getLong(from + i));
      }
    } else {
      for (long i = 0; i < bytes; i += Integer.BYTES) {
        Memory.putInt(to + i, Memory.getInt(from + i));
      }
    }
  }
}
