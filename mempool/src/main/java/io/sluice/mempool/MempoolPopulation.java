package io.sluice.mempool;

import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.List;

/**
 * {@code rte_mempool_populate_default}: reserves memzones {@code MP_<pool>_<i>} and lays the
 * objects out in them, none across a page unless the pool does not mind or the pages are contiguous
 * in IO addresses.
 */
final class MempoolPopulation {
  private static final int ALIGN = 64;
  private static final int ZONE_NAMESIZE = 32;

  /**
   * The smallest pages there are, as {@code get_min_page_size}: what fits in them fits in larger
   * ones.
   */
  private static final long SMALLEST_PAGE = 2 << 20;

  private MempoolPopulation() {}

  static void populate(SharedMemory m, Mempool pool, boolean owned, List<Runnable> undo) {
    long mp = pool.address();
    String name = pool.name();
    undo.add(() -> freeChunks(m, mp, name));
    int total = pool.headerSize() + pool.eltSize() + pool.trailerSize();
    long largest = Long.MAX_VALUE;
    for (int index = 0; populated(mp) < pool.size(); index++) {
      String zoneName = "MP_" + name + "_" + index;
      if (zoneName.length() >= ZONE_NAMESIZE) {
        throw new SluiceException(
            Errno.ENAMETOOLONG, "mempool '" + name + "': zone name '" + zoneName + "' is too long");
      }
      long pageSize = SMALLEST_PAGE;
      long wanted = memorySize(pool.size() - populated(mp), total, pageSize);
      long least = Math.min(wanted, Math.max(pageSize, total));
      MemZone zone = null;
      while (zone == null) {
        try {
          zone =
              MemZone.reserveAligned(
                  m,
                  zoneName,
                  Math.min(wanted, largest),
                  pool.socketId(),
                  MemZone.MZ_1GB | MemZone.SIZE_HINT_ONLY,
                  ALIGN);
        } catch (SluiceException e) {
          largest = Math.min(wanted, largest) / 2;
          if (e.errno() != Errno.ENOMEM || largest < least) {
            throw tooLittle(pool, (long) total * pool.size(), e);
          }
        }
      }
      if (fill(m, pool, zone, total, pageSize, owned) == 0) {
        throw tooLittle(pool, (long) total * pool.size(), null);
      }
    }
  }

  private static SluiceException tooLittle(Mempool pool, long bytes, SluiceException cause) {
    return new SluiceException(
        cause == null ? Errno.ENOMEM : cause.errno(),
        "mempool '"
            + pool.name()
            + "': no memory for "
            + pool.size()
            + " objects, "
            + (bytes >> 20)
            + " MB; give the primary more with -m, or take fewer",
        cause);
  }

  private static int populated(long mp) {
    return Memory.getInt(mp + MempoolLayout.POPULATED_SIZE);
  }

  /** {@code rte_mempool_op_calc_mem_size_helper}: room for n objects if none lies across a page. */
  private static long memorySize(int n, int total, long pageSize) {
    if (total > pageSize) {
      return MempoolCreation.alignUp(total, pageSize) * n;
    }
    long perPage = pageSize / total;
    long last = (n - 1) % perPage + 1;
    return last * total + (n - last) / perPage * pageSize + total - 1;
  }

  private static int fill(
      SharedMemory m, Mempool pool, MemZone zone, int total, long pageSize, boolean owned) {
    long mp = pool.address();
    boolean anywhere = (pool.flags() & Mempool.F_NO_IOVA_CONTIG) != 0;
    long chunk = m.heap(pool.socketId()).zmalloc("MEMPOOL_MEMHDR", MempoolMemHdrLayout.SIZEOF, 0);
    if (chunk == 0) {
      MemZone.free(m, zone);
      throw tooLittle(pool, MempoolMemHdrLayout.SIZEOF, null);
    }
    Memory.putLong(chunk + MempoolMemHdrLayout.MP, mp);
    Memory.putLong(chunk + MempoolMemHdrLayout.ADDR, zone.address());
    Memory.putLong(chunk + MempoolMemHdrLayout.IOVA, zone.iova());
    Memory.putLong(chunk + MempoolMemHdrLayout.LEN, zone.length());
    Memory.putLong(chunk + MempoolMemHdrLayout.OPAQUE, zone.descriptor());
    append(mp + MempoolLayout.MEM_LIST, chunk);
    Memory.putInt(
        mp + MempoolLayout.NB_MEM_CHUNKS, Memory.getInt(mp + MempoolLayout.NB_MEM_CHUNKS) + 1);
    if (owned) {
      m.owners().add(zone.address(), zone.length(), total);
    }

    long end = zone.address() + zone.length();
    long at = MempoolCreation.alignUp(zone.address(), ALIGN);
    int added = 0;
    while (at + total <= end && populated(mp) < pool.size()) {
      long page = anywhere ? 0 : breakWithin(m, at, total, pageSize);
      if (page != 0) {
        at = page;
        continue;
      }
      add(m, pool, at + pool.headerSize());
      at += total;
      added++;
    }
    return added;
  }

  /** The first page that an object would run into whose IO address does not go on; 0 if none. */
  private static long breakWithin(SharedMemory m, long at, int total, long pageSize) {
    long iova = m.heap(-1).virt2iova(at);
    long page = MempoolCreation.alignUp(at + 1, pageSize);
    while (page < at + total) {
      if (m.heap(-1).virt2iova(page) - iova != page - at) {
        return page;
      }
      page += pageSize;
    }
    return 0;
  }

  private static void add(SharedMemory m, Mempool pool, long obj) {
    long mp = pool.address();
    long header = obj - MempoolObjHdrLayout.SIZEOF;
    Memory.putLong(header + MempoolObjHdrLayout.MP, mp);
    Memory.putLong(header + MempoolObjHdrLayout.IOVA, m.heap(-1).virt2iova(obj));
    append(mp + MempoolLayout.ELT_LIST, header);
    Memory.putInt(mp + MempoolLayout.POPULATED_SIZE, populated(mp) + 1);
    if (!pool.backend().putOne(obj)) {
      throw new IllegalStateException("mempool " + pool.name() + ": its backend takes no object");
    }
  }

  /**
   * {@code STAILQ_INSERT_TAIL} into {first, address of the last next}; next is an element's first
   * field.
   */
  private static void append(long head, long element) {
    Memory.putLong(element, 0);
    Memory.putLong(Memory.getLong(head + 8), element);
    Memory.putLong(head + 8, element);
  }

  static void freeChunks(SharedMemory m, long mp, String name) {
    int index = 0;
    long chunk = Memory.getLong(mp + MempoolLayout.MEM_LIST);
    while (chunk != 0) {
      long next = Memory.getLong(chunk + MempoolMemHdrLayout.NEXT);
      MemZone zone = MemZone.lookup(m, "MP_" + name + "_" + index++);
      if (zone != null) {
        m.owners().remove(zone.address());
        MemZone.free(m, zone);
      }
      m.heap(-1).free(chunk);
      chunk = next;
    }
    Memory.putLong(mp + MempoolLayout.MEM_LIST, 0);
  }
}
