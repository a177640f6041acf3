package io.sluice.memzone;

import io.sluice.config.Custody;
import io.sluice.config.Fbarray;
import io.sluice.config.Locks;
import io.sluice.config.MemsegListLayout;
import io.sluice.config.MemzoneLayout;
import io.sluice.config.UndoLog;
import io.sluice.memseg.Heaps;
import io.sluice.memseg.MemsegLists;
import io.sluice.memseg.PageSizeFlags;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * {@code rte_memzone}: a named, contiguous zone of shared memory, found by its name from every
 * process. An object is an immutable, process-local copy of the shared descriptor.
 *
 * <p>A zone is a block of the heap with a descriptor in the config's memzones; reserving, freeing
 * and looking up hold the config's mlock, so any number of processes may do so at once and a name
 * is given out once. A process that is killed at it leaves the zone there whole or not at all, and
 * no memory behind. Freshly reserved memory is zeroed. Set-up only, not for the data path.
 */
public final class MemZone {
  /** {@code SOCKET_ID_ANY}. */
  public static final int SOCKET_ID_ANY = Heaps.ANY_SOCKET;

  /** {@code RTE_MEMZONE_NAMESIZE}: a name's longest length, with its NUL. */
  public static final int NAMESIZE = 32;

  public static final int MZ_2MB = PageSizeFlags.MZ_2MB;
  public static final int MZ_1GB = PageSizeFlags.MZ_1GB;
  public static final int MZ_16MB = PageSizeFlags.MZ_16MB;
  public static final int MZ_16GB = PageSizeFlags.MZ_16GB;
  public static final int MZ_256KB = PageSizeFlags.MZ_256KB;
  public static final int MZ_256MB = PageSizeFlags.MZ_256MB;
  public static final int MZ_512MB = PageSizeFlags.MZ_512MB;
  public static final int MZ_4GB = PageSizeFlags.MZ_4GB;

  /** {@code RTE_MEMZONE_SIZE_HINT_ONLY}: the page size asked for is a wish only. */
  public static final int SIZE_HINT_ONLY = PageSizeFlags.SIZE_HINT_ONLY;

  /** {@code RTE_MEMZONE_IOVA_CONTIG}: the zone must be contiguous in IO addresses too. */
  public static final int IOVA_CONTIG = 0x100000;

  private static final int KNOWN_FLAGS = PageSizeFlags.ALL | IOVA_CONTIG;
  private static final int CACHE_LINE = 64;

  private final long descriptor;
  private final String name;
  private final long address;
  private final long length;
  private final long iova;
  private final long hugepageSize;
  private final int socketId;
  private final int flags;

  private MemZone(long descriptor) {
    this.descriptor = descriptor;
    this.name = Memory.getString(descriptor + MemzoneLayout.NAME, NAMESIZE);
    this.address = Memory.getLong(descriptor + MemzoneLayout.ADDR);
    this.length = Memory.getLong(descriptor + MemzoneLayout.LEN);
    this.iova = Memory.getLong(descriptor + MemzoneLayout.IOVA);
    this.hugepageSize = Memory.getLong(descriptor + MemzoneLayout.HUGEPAGE_SZ);
    this.socketId = Memory.getInt(descriptor + MemzoneLayout.SOCKET_ID);
    this.flags = Memory.getInt(descriptor + MemzoneLayout.FLAGS);
  }

  /**
   * {@code rte_memzone_reserve}: a zone aligned to a cache line.
   *
   * @param name at most 31 bytes, used by no other zone
   * @param len bytes, rounded up to a cache line; 0 for the biggest block there is
   * @param socket NUMA node, or {@link #SOCKET_ID_ANY}
   * @param flags page sizes, {@link #SIZE_HINT_ONLY}, {@link #IOVA_CONTIG}
   * @throws SluiceException EEXIST, ENAMETOOLONG, EINVAL, ENOSPC (no descriptor left) or ENOMEM
   */
  public static MemZone reserve(SharedMemory m, String name, long len, int socket, int flags) {
    return reserveBounded(m, name, len, socket, flags, CACHE_LINE, 0);
  }

  /**
   * As {@link #reserve}; the zone is this process's own: it is freed when the process dies, unless
   * somebody frees it earlier.
   */
  public static MemZone reserveOwned(SharedMemory m, String name, long len, int socket, int flags) {
    return reserve(m, name, len, socket, flags, CACHE_LINE, 0, true);
  }

  /** {@code rte_memzone_reserve_aligned}: at a multiple of {@code align}, a power of two or 0. */
  public static MemZone reserveAligned(
      SharedMemory m, String name, long len, int socket, int flags, long align) {
    return reserveBounded(m, name, len, socket, flags, align, 0);
  }

  /**
   * {@code rte_memzone_reserve_bounded}: crossing no multiple of {@code bound}, a power of two not
   * below the length, or 0; length 0 then means {@code bound} bytes.
   */
  public static MemZone reserveBounded(
      SharedMemory m, String name, long len, int socket, int flags, long align, long bound) {
    return reserve(m, name, len, socket, flags, align, bound, false);
  }

  /**
   * As {@link #reserveBounded}.
   *
   * @param own whether the zone is in this process's custody, to be freed if it dies
   */
  static MemZone reserve(
      SharedMemory m,
      String name,
      long len,
      int socket,
      int flags,
      long align,
      long bound,
      boolean own) {
    long place = m.custody().take();
    UndoLog log = m.locks().lock(Locks.MLOCK);
    try {
      return reserveLocked(m, log, place, name, len, socket, flags, align, bound, own);
    } finally {
      m.locks().unlock(Locks.MLOCK);
      Custody.give(place);
    }
  }

  /** The zone of that name, reserved first if nobody did so far; one step for all processes. */
  public static MemZone lookupOrReserve(
      SharedMemory m, String name, long len, int socket, int flags, long align) {
    long place = m.custody().take();
    UndoLog log = m.locks().lock(Locks.MLOCK);
    try {
      int index = find(m, name);
      return index >= 0
          ? new MemZone(m.memzones().get(index))
          : reserveLocked(m, log, place, name, len, socket, flags, align, 0, false);
    } finally {
      m.locks().unlock(Locks.MLOCK);
      Custody.give(place);
    }
  }

  /** {@code rte_memzone_lookup}: the zone of that name, or null. */
  public static MemZone lookup(SharedMemory m, String name) {
    m.locks().lock(Locks.MLOCK);
    try {
      return peek(m, name);
    } finally {
      m.locks().unlock(Locks.MLOCK);
    }
  }

  /** As {@link #lookup}, with no lock taken: for zones that are always there. */
  static MemZone peek(SharedMemory m, String name) {
    int index = find(m, name);
    return index < 0 ? null : new MemZone(m.memzones().get(index));
  }

  /** The zone at an index of the config's memzones, or null; the caller holds the mlock. */
  static MemZone at(SharedMemory m, int index) {
    return m.memzones().isUsed(index) ? new MemZone(m.memzones().get(index)) : null;
  }

  private static int find(SharedMemory m, String name) {
    Fbarray zones = m.memzones();
    int index = zones.findNextUsed(0);
    while (index >= 0) {
      long descriptor = zones.get(index);
      if (Memory.getLong(descriptor + MemzoneLayout.ADDR) != 0
          && Memory.getString(descriptor + MemzoneLayout.NAME, NAMESIZE).equals(name)) {
        return index;
      }
      index = zones.findNextUsed(index + 1);
    }
    return -1;
  }

  /** The block is in custody from the step on that makes it one until that which makes the zone. */
  private static MemZone reserveLocked(
      SharedMemory m,
      UndoLog log,
      long place,
      String name,
      long len,
      int socket,
      int flags,
      long align,
      long bound,
      boolean own) {
    check(m, name, len, socket, flags, align, bound);
    long lineAlign = Math.max(align, CACHE_LINE);
    long rounded = lines(len);
    boolean contiguous = (flags & IOVA_CONTIG) != 0;
    int sizeFlags = flags & ~IOVA_CONTIG;
    Heaps heaps = m.heaps();
    boolean biggest = rounded == 0 && bound == 0;
    long wanted = rounded == 0 ? bound : rounded;
    long block =
        biggest
            ? heaps.allocBiggest(socket, sizeFlags, lineAlign, contiguous, place)
            : heaps.alloc(wanted, socket, sizeFlags, lineAlign, bound, contiguous, place);
    if (block == 0) {
      throw new SluiceException(
          Errno.ENOMEM,
          "memzone '"
              + name
              + "': no "
              + (biggest ? "free memory" : wanted + " bytes")
              + " on socket "
              + socket
              + "; reserve more hugepages or start the primary with a bigger -m");
    }
    if (heaps.isDirty(block)) {
      Memory.fill(block, biggest ? m.heap(socket).validate(block) : wanted, (byte) 0);
    }
    int index = m.memzones().findNextFree(0);
    long descriptor = m.memzones().get(index);
    long msl = heaps.lists().virt2memsegList(block);
    Memory.putString(descriptor + MemzoneLayout.NAME, NAMESIZE, name);
    Memory.putLong(descriptor + MemzoneLayout.IOVA, heaps.lists().virt2iova(block));
    Memory.putLong(descriptor + MemzoneLayout.ADDR, block);
    Memory.putLong(
        descriptor + MemzoneLayout.LEN, biggest ? m.heap(socket).validate(block) : wanted);
    Memory.putLong(
        descriptor + MemzoneLayout.HUGEPAGE_SZ, Memory.getLong(msl + MemsegListLayout.PAGE_SZ));
    Memory.putInt(
        descriptor + MemzoneLayout.SOCKET_ID, Memory.getInt(msl + MemsegListLayout.SOCKET_ID));
    Memory.putInt(descriptor + MemzoneLayout.FLAGS, 0);
    Custody.set(log, place, 0);
    m.custody().setZone(log, index, own);
    // The bit comes last: whoever looks without the lock sees no half a zone.
    m.memzones().setUsed(log, index);
    return new MemZone(descriptor);
  }

  private static long lines(long length) {
    return (length + CACHE_LINE - 1) & -CACHE_LINE;
  }

  private static void check(
      SharedMemory m, String name, long len, int socket, int flags, long align, long bound) {
    if (m.memzones().count() >= m.memzones().length()) {
      throw new SluiceException(
          Errno.ENOSPC,
          "memzone '" + name + "': all " + m.memzones().length() + " zones are taken");
    }
    int nameLength = name.getBytes(StandardCharsets.ISO_8859_1).length;
    if (nameLength >= NAMESIZE) {
      throw new SluiceException(
          Errno.ENAMETOOLONG,
          "memzone '" + name + "': the name has " + nameLength + " bytes, at most 31 fit");
    }
    if (find(m, name) >= 0) {
      throw new SluiceException(Errno.EEXIST, "memzone '" + name + "' exists; look it up");
    }
    if (align < 0 || Long.bitCount(align) > 1) {
      throw invalid(name, "alignment " + align + " is no power of two");
    }
    if (len < 0 || len > Long.MAX_VALUE - CACHE_LINE) {
      throw invalid(name, "length " + Long.toUnsignedString(len) + " is too big");
    }
    if (bound != 0 && (Long.bitCount(bound) != 1 || bound < Math.max(lines(len), CACHE_LINE))) {
      throw invalid(name, "bound " + bound + " is no power of two or below the length " + len);
    }
    if (socket < SOCKET_ID_ANY) {
      throw invalid(name, "socket " + socket + " is none; -1 means any");
    }
    if ((flags & ~KNOWN_FLAGS) != 0) {
      throw invalid(name, "unknown flags 0x" + Integer.toHexString(flags & ~KNOWN_FLAGS));
    }
  }

  private static SluiceException invalid(String name, String what) {
    return new SluiceException(Errno.EINVAL, "memzone '" + name + "': " + what);
  }

  /**
   * {@code rte_memzone_free}: gives the zone's memory and its name back.
   *
   * @throws SluiceException EINVAL if there is no such zone any more
   */
  public static void free(SharedMemory m, MemZone zone) {
    long place = m.custody().take();
    try {
      UndoLog log = m.locks().lock(Locks.MLOCK);
      try {
        int index = find(m, zone.name);
        if (index < 0
            || Memory.getLong(m.memzones().get(index) + MemzoneLayout.ADDR) != zone.address) {
          throw invalid(zone.name, "was freed already");
        }
        m.memzones().setFree(log, index);
        m.custody().setZone(log, index, false);
        Custody.set(log, place, zone.address);
        log.commit();
        Memory.fill(m.memzones().get(index), MemzoneLayout.SIZEOF, (byte) 0);
      } finally {
        m.locks().unlock(Locks.MLOCK);
      }
      m.heap(SOCKET_ID_ANY).free(zone.address, place);
    } finally {
      Custody.give(place);
    }
  }

  /**
   * {@code rte_memzone_walk}: every zone. The zones' lock is held meanwhile: the visitor must
   * neither reserve nor free.
   */
  public static void walk(SharedMemory m, Consumer<MemZone> visitor) {
    m.locks().lock(Locks.MLOCK);
    try {
      Fbarray zones = m.memzones();
      int index = zones.findNextUsed(0);
      while (index >= 0) {
        visitor.accept(new MemZone(zones.get(index)));
        index = zones.findNextUsed(index + 1);
      }
    } finally {
      m.locks().unlock(Locks.MLOCK);
    }
  }

  /** {@code rte_memzone_dump}: every zone with the pages it lies on. */
  public static String dump(SharedMemory m) {
    StringBuilder text = new StringBuilder();
    walk(m, zone -> zone.dump(text, m.heaps().lists()));
    return text.toString();
  }

  private void dump(StringBuilder text, MemsegLists lists) {
    text.append("Zone: name:<").append(name).append(">, len:0x").append(Long.toHexString(length));
    text.append(", virt:0x").append(Long.toHexString(address));
    text.append(", socket_id:").append(socketId);
    text.append(", flags:").append(Integer.toHexString(flags));
    text.append("\nphysical segments used:\n");
    for (long page = address & -hugepageSize; page < address + length; page += hugepageSize) {
      text.append("  addr: 0x").append(Long.toHexString(page));
      text.append(" iova: 0x").append(Long.toHexString(lists.virt2iova(page)));
      text.append(" pagesz: 0x").append(Long.toHexString(hugepageSize)).append('\n');
    }
  }

  /** Where its descriptor is among the config's memzones. */
  int index(SharedMemory m) {
    return m.memzones().findIndex(descriptor);
  }

  /** The address of its {@code struct rte_memzone}, which objects in the zone refer to. */
  public long descriptor() {
    return descriptor;
  }

  public String name() {
    return name;
  }

  /** Where it begins, in every process. */
  public long address() {
    return address;
  }

  /** Its bytes, a multiple of a cache line. */
  public long length() {
    return length;
  }

  /** The IO address of its first byte. */
  public long iova() {
    return iova;
  }

  /** The size of the pages it lies on. */
  public long hugepageSize() {
    return hugepageSize;
  }

  public int socketId() {
    return socketId;
  }

  /** {@code rte_memzone.flags}, which 22.11 always leaves 0. */
  public int flags() {
    return flags;
  }
}
