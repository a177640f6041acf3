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

  /** {@code rte_fbarray_init}: makes the file in a directory and maps it at {@code address}. */
  public static Fbarray create(
      String directory, long header, String name, int length, int elementSize, long address) {
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
      throw new SluiceException(Errno.ofResult(result), "cannot make " + path);
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
    if (result == 0 && Libc.size(fd) < array.mappedLength) {
      result = -Errno.EINVAL.number();
    }
    if (result == 0) {
      result = map(array.data, array.mappedLength, fd, join ? Libc.MAP_SHARED : Libc.MAP_PRIVATE);
    }
    if (result < 0) {
      Libc.close(fd);
      throw new SluiceException(Errno.ofResult(result), "cannot attach " + path);
    }
    return array;
  }

  private static int map(long address, long length, int fd, int sharing) {
    long mapped =
        Libc.mmap(
            address, length, Libc.PROT_READ | Libc.PROT_WRITE, sharing | Libc.MAP_FIXED, fd, 0);
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

  /** The address of an element. */
  public long get(int index) {
    return data + (long) index * elementSize;
  }

  public int count() {
    return Memory.getIntVolatile(header + FbarrayLayout.COUNT);
  }

  public int length() {
    return length;
  }

  private long lock() {
    return header + FbarrayLayout.RWLOCK;
  }

  /** Marks an element as in use. */
  public void setUsed(int index) {
    set(index, true);
  }

  /** Marks an element as free. */
  public void setFree(int index) {
    set(index, false);
  }

  private void set(int index, boolean used) {
    RwLock.writeLock(lock());
    try {
      long word = masks + 8L * (index / 64);
      long bit = 1L << index % 64;
      long old = Memory.getLong(word);
      if (((old & bit) != 0) != used) {
        Memory.putLongRelease(word, old ^ bit);
        int count = Memory.getInt(header + FbarrayLayout.COUNT);
        Memory.putInt(header + FbarrayLayout.COUNT, used ? count + 1 : count - 1);
      }
    } finally {
      RwLock.writeUnlock(lock());
    }
  }

  /** Whether an element is in use. */
  public boolean isUsed(int index) {
    return (Memory.getLongAcquire(masks + 8L * (index / 64)) >>> index % 64 & 1) != 0;
  }

  /** The first used element from {@code start} on, or negative. */
  public int findNextUsed(int start) {
    return next(start, true);
  }

  /** The first free element from {@code start} on, or negative. */
  public int findNextFree(int start) {
    return next(start, false);
  }

  private int next(int start, boolean used) {
    for (int at = start; at < length; at = (at / 64 + 1) * 64) {
      long word = Memory.getLongAcquire(masks + 8L * (at / 64));
      long candidates = (used ? word : ~word) & -1L << at % 64;
      if (candidates != 0) {
        int found = at / 64 * 64 + Long.numberOfTrailingZeros(candidates);
        return found < length ? found : -1;
      }
    }
    return -1;
  }

  private int run(int start, boolean used) {
    int end = next(start, !used);
    return (end < 0 ? length : end) - start;
  }

  /** How many elements from {@code start} on are in use. */
  public int findContigUsed(int start) {
    return run(start, true);
  }

  /** How many elements from {@code start} on are free. */
  public int findContigFree(int start) {
    return run(start, false);
  }

  /** The first of {@code n} free elements side by side from {@code start} on, or negative. */
  public int findNextNFree(int start, int n) {
    for (int at = next(start, false); at >= 0; at = next(at + run(at, false), false)) {
      if (run(at, false) >= n) {
        return at;
      }
    }
    return -1;
  }

  /** The first element of the longest free run from {@code start} on, or negative. */
  public int findBiggestFree(int start) {
    int best = -1;
    int longest = 0;
    for (int at = next(start, false); at >= 0; at = next(at + run(at, false), false)) {
      if (run(at, false) > longest) {
        longest = run(at, false);
        best = at;
      }
    }
    return best;
  }
}
