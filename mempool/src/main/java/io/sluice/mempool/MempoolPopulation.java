package io.sluice.mempool;

import io.sluice.memseg.Iova;
import io.sluice.memzone.Construction;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.ObjectOwners;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory for the objects of a pool that nobody else can see yet: chunks, in which objects are laid
 * out as DPDK does: none across a page unless the pool does not mind, or it is larger than a page
 * and the pages are contiguous in IO addresses.
 */
final class MempoolPopulation {
  /** {@code RTE_MEMPOOL_F_NON_IO}: no device may use the objects. */
  static final int F_NON_IO = 64;

  private static final int ZONE_NAMESIZE = 32;

  /**
   * What the log of the tailqs' lock has room for, with which they become everybody's in one step.
   */
  private static final int MOST_CHUNKS = 24;

  /**
   * The smallest pages there are, as {@code get_min_page_size}: what fits in them fits in larger
   * ones.
   */
  private static final long SMALLEST_PAGE = 2 << 20;

  private final SharedMemory memory;
  private final Mempool pool;
  private final long mp;
  private final Construction parts;
  private final boolean owned;
  private final int total;
  private final List<ObjectOwners.Range> ranges = new ArrayList<>();
  private int zones;

  /** What is left is in no larger pieces. */
  private long largest = Long.MAX_VALUE;

  MempoolPopulation(SharedMemory memory, Mempool pool, Construction parts, boolean owned) {
    this.memory = memory;
    this.pool = pool;
    this.mp = pool.address();
    this.parts = parts;
    this.owned = owned;
    this.total = pool.headerSize() + pool.eltSize() + pool.trailerSize();
  }

  int populated() {
    return Memory.getInt(mp + MempoolLayout.POPULATED_SIZE);
  }

  private int missing() {
    return pool.size() - populated();
  }

  /** The chunks of a protected pool. */
  List<ObjectOwners.Range> ranges() {
    return ranges;
  }

  int populateDefault() {
    int before = populated();
    while (missing() > 0) {
      MemZone zone = reserve();
      boolean anywhere = (pool.flags() & Mempool.F_NO_IOVA_CONTIG) != 0;
      beginChunk(zone.address(), zone.iova(), zone.length(), zone.descriptor());
      long end = zone.address() + zone.length();
      long at = MempoolCreation.alignUp(zone.address(), MempoolCreation.ALIGN);
      int first = populated();
      while (at + total <= end && missing() > 0) {
        long page = anywhere ? 0 : breakWithin(at);
        if (page != 0) {
          at = page;
          continue;
        }
        add(at + pool.headerSize(), memory.heap(-1).virt2iova(at + pool.headerSize()));
        at += total;
      }
      if (populated() == first) {
        throw tooLittle(null);
      }
    }
    return populated() - before;
  }

  /** One zone for all, or as many as it takes of half the size. */
  private MemZone reserve() {
    String zoneName = "MP_" + pool.name() + "_" + zones++;
    if (zoneName.length() >= ZONE_NAMESIZE) {
      throw new SluiceException(
          Errno.ENAMETOOLONG,
          "mempool '" + pool.name() + "': zone name '" + zoneName + "' is too long");
    }
    long wanted = Math.min(memorySize(missing(), SMALLEST_PAGE), largest);
    long least = Math.min(wanted, Math.max(SMALLEST_PAGE, total));
    while (true) {
      try {
        return parts.reserve(
            zoneName, wanted, pool.socketId(), MemZone.MZ_1GB | MemZone.SIZE_HINT_ONLY);
      } catch (SluiceException e) {
        wanted /= 2;
        largest = wanted;
        if (e.errno() != Errno.ENOMEM || wanted < least) {
          throw tooLittle(e);
        }
      }
    }
  }

  int populateIova(long at, long iova, long length) {
    if (missing() == 0) {
      return 0;
    }
    long begin = MempoolCreation.alignUp(at, MempoolCreation.ALIGN);
    if (at <= 0 || length <= 0 || begin + total > at + length || !isShared(at, length)) {
      throw new SluiceException(
          Errno.EINVAL,
          "mempool '"
              + pool.name()
              + "': no object of "
              + total
              + " bytes fits into shared memory at 0x"
              + Long.toHexString(at)
              + ", "
              + length
              + " bytes; reserve a memzone");
    }
    beginChunk(at, iova, length, 0);
    int before = populated();
    for (long obj = begin; obj + total <= at + length && missing() > 0; obj += total) {
      long object = obj + pool.headerSize();
      add(object, iova == Iova.BAD ? Iova.BAD : iova + object - at);
    }
    return populated() - before;
  }

  private boolean isShared(long at, long length) {
    return memory.memsegs().virt2memsegList(at) != 0
        && memory.memsegs().virt2memsegList(at + length - 1) != 0;
  }

  private SluiceException tooLittle(SluiceException cause) {
    return tooLittle(pool.name(), pool.size(), total, cause);
  }

  static SluiceException tooLittle(String name, int n, int total, SluiceException cause) {
    return new SluiceException(
        cause == null ? Errno.ENOMEM : cause.errno(),
        "mempool '"
            + name
            + "': no memory for "
            + n
            + " objects, "
            + ((long) total * n >> 20)
            + " MB; give the primary more with -m, or take fewer",
        cause);
  }

  /** {@code rte_mempool_op_calc_mem_size_helper}: room for n objects if none lies across a page. */
  private long memorySize(int n, long pageSize) {
    if (total > pageSize) {
      return MempoolCreation.alignUp(total, pageSize) * n;
    }
    long perPage = pageSize / total;
    long last = (n - 1) % perPage + 1;
    return last * total + (n - last) / perPage * pageSize + total - 1;
  }

  private void beginChunk(long at, long iova, long length, long zone) {
    int chunks = Memory.getInt(mp + MempoolLayout.NB_MEM_CHUNKS);
    if (chunks == MOST_CHUNKS) {
      throw new SluiceException(
          Errno.ENOMEM,
          "mempool '"
              + pool.name()
              + "': memory in more than "
              + MOST_CHUNKS
              + " pieces; give the primary more with -m, or take fewer objects");
    }
    long chunk = parts.zmalloc("MEMPOOL_MEMHDR", MempoolMemHdrLayout.SIZEOF, pool.socketId());
    if (chunk == 0) {
      throw tooLittle(null);
    }
    Memory.putLong(chunk + MempoolMemHdrLayout.MP, mp);
    Memory.putLong(chunk + MempoolMemHdrLayout.ADDR, at);
    Memory.putLong(chunk + MempoolMemHdrLayout.IOVA, iova);
    Memory.putLong(chunk + MempoolMemHdrLayout.LEN, length);
    Memory.putLong(chunk + MempoolMemHdrLayout.OPAQUE, zone);
    append(mp + MempoolLayout.MEM_LIST, chunk);
    Memory.putInt(mp + MempoolLayout.NB_MEM_CHUNKS, chunks + 1);
    if (owned) {
      ranges.add(ObjectOwners.prepare(parts, at, length, total));
    }
    if (iova != Iova.BAD && (pool.flags() & Mempool.F_NO_IOVA_CONTIG) == 0) {
      Memory.putInt(mp + MempoolLayout.FLAGS, pool.flags() & ~F_NON_IO);
    }
  }

  /**
   * The page that an object would run into and has to begin instead ({@code check_obj_bounds}), 0
   * if it lies in one; for one that is larger than a page, the first whose IO address does not go
   * on.
   */
  private long breakWithin(long at) {
    long page = MempoolCreation.alignUp(at + 1, SMALLEST_PAGE);
    if (total <= SMALLEST_PAGE) {
      return page < at + total ? page : 0;
    }
    long iova = memory.heap(-1).virt2iova(at);
    while (page < at + total) {
      if (memory.heap(-1).virt2iova(page) - iova != page - at) {
        return page;
      }
      page += SMALLEST_PAGE;
    }
    return 0;
  }

  private void add(long obj, long iova) {
    long header = obj - MempoolObjHdrLayout.SIZEOF;
    Memory.putLong(header + MempoolObjHdrLayout.MP, mp);
    Memory.putLong(header + MempoolObjHdrLayout.IOVA, iova);
    append(mp + MempoolLayout.ELT_LIST, header);
    Memory.putInt(mp + MempoolLayout.POPULATED_SIZE, populated() + 1);
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
}
