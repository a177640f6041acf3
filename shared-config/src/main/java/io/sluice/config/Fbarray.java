package io.sluice.config;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/**
 * {@code rte_fbarray}: an array of equal elements with a mask of those in use, in a file of its
 * own, mapped at one address in every process. The shared header lies in the config.
 */
public final class Fbarray {
  private static final long PAGE = 4096;
  private static final int NAME_LENGTH = 64;

  private final long header;
  private final long data;
  private final int length;
  private final int elementSize;
  private final long masks;
  private final long mappedLength;
  private final String path;
  private int fd;

  private Fbarray(long header, String path, int fd) {
    this.header = header;
    this.path = path;
    this.fd = fd;
    this.data = Memory.getLong(header + FbarrayLayout.DATA);
    this.length = Memory.getInt(header + FbarrayLayout.LEN);
    this.elementSize = Memory.getInt(header + FbarrayLayout.ELT_SZ);
    this.masks = data + (long) elementSize * length + 8;
    this.mappedLength = fileLength(length, elementSize);
  }

  /** Bytes of the file: elements, then the mask's length and words, up to a whole page. */
  public static long fileLength(int length, int elementSize) {
    long words = (length + 63L) / 64;
    return ((long) elementSize * length + 8 + 8 * words + PAGE - 1) & -PAGE;
  }

  /**
   * {@code rte_fbarray_init}: makes the file in a directory and maps it at {@code address}, which
   * the caller has reserved.
   *
   * @param header where the shared {@code struct rte_fbarray} lies
   */
  public static Fbarray create(
      String directory, long header, String name, int length, int elementSize, long address) {
    if (name.isEmpty() || name.length() >= NAME_LENGTH || length <= 0 || elementSize <= 0) {
      throw new SluiceException(
          Errno.EINVAL,
          "no fbarray: name '" + name + "', " + length + " elements of " + elementSize + " bytes");
    }
    String path = directory + "/fbarray_" + name;
    int fd = Libc.open(path, Libc.O_RDWR | Libc.O_CREAT, 0600);
    if (fd < 0) {
      throw new SluiceException(Errno.ofResult(fd), "cannot open " + path);
    }
    long fileLength = fileLength(length, elementSize);
    int result = Libc.flock(fd, Libc.LOCK_EX | Libc.LOCK_NB);
    if (result == 0) {
      result = Libc.ftruncate(fd, 0);
    }
    if (result == 0) {
      result = Libc.ftruncate(fd, fileLength);
    }
    if (result == 0) {
      result = Libc.flock(fd, Libc.LOCK_SH | Libc.LOCK_NB);
    }
    if (result == 0) {
      result = map(address, fileLength, fd, Libc.MAP_SHARED);
    }
    if (result < 0) {
      Libc.close(fd);
      boolean held = result == -Errno.EAGAIN.number();
      throw new SluiceException(
          held ? Errno.EBUSY : Errno.ofResult(result),
          "cannot make " + path + (held ? ": another process uses it" : ""));
    }
    Memory.putString(header + FbarrayLayout.NAME, NAME_LENGTH, name);
    Memory.putInt(header + FbarrayLayout.COUNT, 0);
    Memory.putInt(header + FbarrayLayout.LEN, length);
    Memory.putInt(header + FbarrayLayout.ELT_SZ, elementSize);
    Memory.putLong(header + FbarrayLayout.DATA, address);
    Memory.putInt(header + FbarrayLayout.RWLOCK, 0);
    Memory.putInt(address + (long) elementSize * length, (length + 63) / 64);
    return new Fbarray(header, path, fd);
  }

  /** {@code rte_fbarray_attach}: maps what the primary made, at the address in the header. */
  public static Fbarray attach(String directory, long header) {
    return attach(directory, header, true);
  }

  /** Looks at an array without joining: a private copy at its address, and no lock on the file. */
  public static Fbarray observe(String directory, long header) {
    return attach(directory, header, false);
  }

  private static Fbarray attach(String directory, long header, boolean join) {
    String name = Memory.getString(header + FbarrayLayout.NAME, NAME_LENGTH);
    String path = directory + "/fbarray_" + name;
    int fd = Libc.open(path, join ? Libc.O_RDWR : Libc.O_RDONLY, 0);
    if (fd < 0) {
      throw new SluiceException(Errno.ofResult(fd), "cannot open " + path);
    }
    Fbarray array = new Fbarray(header, path, fd);
    int result = join ? Libc.flock(fd, Libc.LOCK_SH | Libc.LOCK_NB) : 0;
    boolean cutShort = Libc.size(fd) < array.mappedLength;
    if (result == 0 && cutShort) {
      result = -Errno.EINVAL.number();
    }
    if (result == 0) {
      result =
          join
              ? map(array.data, array.mappedLength, fd, Libc.MAP_SHARED)
              : copy(array.data, array.mappedLength, fd);
    }
    if (result < 0) {
      Libc.close(fd);
      throw new SluiceException(
          Errno.ofResult(result),
          "cannot attach "
              + path
              + (cutShort ? ", which is cut short" : "")
              + "; restart the primary");
    }
    return array;
  }

  private static int map(long address, long length, int fd, int sharing) {
    long mapped =
        Libc.mmap(
            address, length, Libc.PROT_READ | Libc.PROT_WRITE, sharing | Libc.MAP_FIXED, fd, 0);
    return mapped == address ? 0 : (int) mapped;
  }

  private static int copy(long address, long length, int fd) {
    long mapped = PrivateCopy.map(address, length, Libc.MAP_FIXED, fd, length);
    return mapped == address ? 0 : (int) mapped;
  }

  /** Closes the descriptor; the mapping is the window's. */
  public void detach() {
    if (fd >= 0) {
      Libc.close(fd);
      fd = -1;
    }
  }

  /** Closes and deletes the file. */
  public void destroy() {
    Libc.unlink(path);
    detach();
  }

  /**
   * The address of an element.
   *
   * @throws SluiceException EINVAL for an index outside
   */
  public long get(int index) {
    return data + (long) requireInside(index) * elementSize;
  }

  /** {@code rte_fbarray_find_idx}: the index of the element that an address lies in, or -1. */
  public int findIndex(long address) {
    long offset = address - data;
    return offset < 0 || offset >= (long) length * elementSize ? -1 : (int) (offset / elementSize);
  }

  private int requireInside(int index) {
    if (index < 0 || index >= length) {
      throw new SluiceException(
          Errno.EINVAL, path + ": index " + index + " is outside 0-" + (length - 1));
    }
    return index;
  }

  /** How many elements are in use. */
  public int count() {
    return Memory.getIntVolatile(header + FbarrayLayout.COUNT);
  }

  /** How many elements there are. */
  public int length() {
    return length;
  }

  /** As {@link #setUsed(UndoLog, int)}, where nobody can be in between. */
  public void setUsed(int index) {
    setUsed(UndoLog.NONE, index);
  }

  /** As {@link #setFree(UndoLog, int)}, where nobody can be in between. */
  public void setFree(int index) {
    setFree(UndoLog.NONE, index);
  }

  /**
   * Marks an element as in use; whatever was written into it before is seen with the mark.
   *
   * @param log of the lock that keeps others from doing so at once
   */
  public void setUsed(UndoLog log, int index) {
    set(log, requireInside(index), true);
  }

  /** Marks an element as free; see {@link #setUsed(UndoLog, int)}. */
  public void setFree(UndoLog log, int index) {
    set(log, requireInside(index), false);
  }

  /** The array's write lock keeps mask and count in step; readers take the mask's words as is. */
  private void set(UndoLog log, int index, boolean used) {
    long lock = header + FbarrayLayout.RWLOCK;
    RwLock.writeLockOwned(lock, 0);
    try {
      long word = masks + 8L * (index / 64);
      long bit = 1L << index % 64;
      long old = Memory.getLong(word);
      if (((old & bit) != 0) != used) {
        int count = Memory.getInt(header + FbarrayLayout.COUNT);
        log.putInt(header + FbarrayLayout.COUNT, used ? count + 1 : count - 1);
        Memory.storeFence();
        log.putLong(word, old ^ bit);
      }
    } finally {
      RwLock.writeUnlockOwned(lock);
    }
  }

  /** Whether an element is in use; acquire. */
  public boolean isUsed(int index) {
    return (word(requireInside(index) / 64) >>> index % 64 & 1) != 0;
  }

  private long word(int index) {
    return Memory.getLongAcquire(masks + 8L * index);
  }

  /** The first element in use from {@code start} on, or -1. */
  public int findNextUsed(int start) {
    return next(start, true);
  }

  /** The first free element from {@code start} on, or -1. */
  public int findNextFree(int start) {
    return next(start, false);
  }

  private int next(int start, boolean used) {
    if (start < 0) {
      return -1;
    }
    for (int at = start; at < length; at = (at / 64 + 1) * 64) {
      long candidates = (used ? word(at / 64) : ~word(at / 64)) & -1L << at % 64;
      if (candidates != 0) {
        int found = at / 64 * 64 + Long.numberOfTrailingZeros(candidates);
        return found < length ? found : -1;
      }
    }
    return -1;
  }

  /** The last element in use from {@code start} backwards, or -1. */
  public int findPrevUsed(int start) {
    return previous(start, true);
  }

  /** The last free element from {@code start} backwards, or -1. */
  public int findPrevFree(int start) {
    return previous(start, false);
  }

  private int previous(int start, boolean used) {
    if (start >= length) {
      return -1;
    }
    for (int at = start; at >= 0; at = at / 64 * 64 - 1) {
      long candidates = (used ? word(at / 64) : ~word(at / 64)) & -1L >>> 63 - at % 64;
      if (candidates != 0) {
        return at / 64 * 64 + 63 - Long.numberOfLeadingZeros(candidates);
      }
    }
    return -1;
  }

  /** How many elements from {@code start} on are in use without a gap; -1 for a start outside. */
  public int findContigUsed(int start) {
    return run(start, true);
  }

  /** How many elements from {@code start} on are free without a gap; -1 for a start outside. */
  public int findContigFree(int start) {
    return run(start, false);
  }

  private int run(int start, boolean used) {
    if (start < 0 || start >= length) {
      return -1;
    }
    int end = next(start, !used);
    return (end < 0 ? length : end) - start;
  }

  /** How many elements from {@code start} backwards are in use; -1 for a start outside. */
  public int findRevContigUsed(int start) {
    return reverseRun(start, true);
  }

  /** How many elements from {@code start} backwards are free; -1 for a start outside. */
  public int findRevContigFree(int start) {
    return reverseRun(start, false);
  }

  private int reverseRun(int start, boolean used) {
    return start < 0 || start >= length ? -1 : start - previous(start, !used);
  }

  /** The first of {@code n} elements in use side by side from {@code start} on, or -1. */
  public int findNextNUsed(int start, int n) {
    return nextRun(start, n, true);
  }

  /** The first of {@code n} free elements side by side from {@code start} on, or -1. */
  public int findNextNFree(int start, int n) {
    return nextRun(start, n, false);
  }

  private int nextRun(int start, int n, boolean used) {
    int at = n < 1 || n > length ? -1 : next(start, used);
    while (at >= 0) {
      int count = run(at, used);
      if (count >= n) {
        return at;
      }
      at = next(at + count, used);
    }
    return -1;
  }

  /**
   * The first of {@code n} elements in use side by side, the last of which is not behind {@code
   * start}, as far back as must be; or -1.
   */
  public int findPrevNUsed(int start, int n) {
    return previousRun(start, n, true);
  }

  /** The same for free elements. */
  public int findPrevNFree(int start, int n) {
    return previousRun(start, n, false);
  }

  private int previousRun(int start, int n, boolean used) {
    int at = n < 1 || n > length ? -1 : previous(start, used);
    while (at >= 0) {
      int count = reverseRun(at, used);
      if (count >= n) {
        return at - n + 1;
      }
      at = previous(at - count, used);
    }
    return -1;
  }

  /** The first element of the longest run in use from {@code start} on, or -1. */
  public int findBiggestUsed(int start) {
    return biggest(start, true);
  }

  /** The first element of the longest free run from {@code start} on, or -1. */
  public int findBiggestFree(int start) {
    return biggest(start, false);
  }

  private int biggest(int start, boolean used) {
    int best = -1;
    int longest = 0;
    int at = next(start, used);
    while (at >= 0) {
      int count = run(at, used);
      if (count > longest) {
        longest = count;
        best = at;
      }
      at = next(at + count, used);
    }
    return best;
  }

  /** The first element of the longest run in use that ends at {@code start} or before, or -1. */
  public int findRevBiggestUsed(int start) {
    return reverseBiggest(start, true);
  }

  /** The same for free elements. */
  public int findRevBiggestFree(int start) {
    return reverseBiggest(start, false);
  }

  private int reverseBiggest(int start, boolean used) {
    int best = -1;
    int longest = 0;
    int at = previous(start, used);
    while (at >= 0) {
      int count = reverseRun(at, used);
      if (count > longest) {
        longest = count;
        best = at - count + 1;
      }
      at = previous(at - count, used);
    }
    return best;
  }

  /** {@code rte_fbarray_dump_metadata}. */
  public String dump() {
    StringBuilder text = new StringBuilder("File-backed array: ").append(path);
    text.append("\nsize: ").append(length).append(" occupied: ").append(count());
    text.append(" elt_sz: ").append(elementSize);
    for (int at = next(0, true); at >= 0; at = next(at + run(at, true), true)) {
      text.append("\nused: ").append(at).append('-').append(at + run(at, true) - 1);
    }
    return text.append('\n').toString();
  }
}
