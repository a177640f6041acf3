package io.sluice.config;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/** The {@code config} file of a runtime directory: {@code struct rte_mem_config}, mapped. */
public final class MemConfig implements AutoCloseable {
  /** {@code RTE_MAGIC}. */
  public static final int MAGIC = 19820526;

  /** {@code RTE_VERSION} of 22.11.11. */
  public static final int VERSION = 0x160b0b63;

  private static final long MAPPED_LENGTH = 28672;
  private static final long LOCK_LENGTH = 17408;
  private static final long WAIT_NANOS = 5_000_000_000L;

  private final String path;
  private final long address;
  private final boolean primary;
  private int fd;

  private MemConfig(String path, long address, int fd, boolean primary) {
    this.path = path;
    this.address = address;
    this.fd = fd;
    this.primary = primary;
  }

  /** Makes the config as the primary, which it remains as long as this is open. */
  public static MemConfig create(RuntimeDirectory directory, long baseVirtaddr) {
    String path = directory.path() + "/config";
    int fd = Libc.open(path, Libc.O_RDWR | Libc.O_CREAT, 0600);
    if (fd < 0) {
      throw new SluiceException(Errno.ofResult(fd), "cannot open " + path);
    }
    int result = lock(fd);
    if (result < 0) {
      Libc.close(fd);
      throw new SluiceException(
          Errno.EBUSY, "a primary already holds " + path + "; choose another --file-prefix");
    }
    result = Libc.ftruncate(fd, 0);
    if (result == 0) {
      result = Libc.ftruncate(fd, MemConfigLayout.SIZEOF);
    }
    long at = baseVirtaddr - MemConfigLayout.SIZEOF & -4096;
    long mapped = result < 0 ? result : map(at, fd, Libc.MAP_FIXED_NOREPLACE);
    if (mapped != at) {
      Libc.unlink(path);
      Libc.close(fd);
      throw new SluiceException(
          Errno.ofResult(mapped),
          "cannot map " + path + " at 0x" + Long.toHexString(at) + "; try another --base-virtaddr");
    }
    Memory.putInt(at + MemConfigLayout.VERSION, VERSION);
    Memory.putLong(at + MemConfigLayout.MEM_CFG_ADDR, at);
    return new MemConfig(path, at, fd, true);
  }

  private static long map(long address, int fd, int flags) {
    return Libc.mmap(
        address, MAPPED_LENGTH, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED | flags, fd, 0);
  }

  private static int lock(int fd) {
    long flock = Memory.allocate(32);
    try {
      Memory.putShort(flock, Libc.F_WRLCK);
      Memory.putLong(flock + 8, MemConfigLayout.MEMSEGS);
      Memory.putLong(flock + 16, LOCK_LENGTH);
      return Libc.fcntl(fd, Libc.F_SETLK, flock);
    } finally {
      Memory.release(flock);
    }
  }

  /** Sets magic: from now on secondaries may attach. */
  public void complete() {
    Memory.putIntRelease(address + MemConfigLayout.MAGIC, MAGIC);
  }

  /** Joins the config of a running primary, waiting a while for it to complete. */
  public static MemConfig attach(RuntimeDirectory directory) {
    String path = directory.path() + "/config";
    int fd = Libc.open(path, Libc.O_RDWR, 0);
    if (fd < 0) {
      throw new SluiceException(
          Errno.ofResult(fd), "cannot open " + path + "; start the primary first");
    }
    if (Libc.size(fd) < MemConfigLayout.SIZEOF) {
      Libc.close(fd);
      throw new SluiceException(Errno.EINVAL, path + " is cut short; restart the primary");
    }
    long probe = map(0, fd, 0);
    long deadline = System.nanoTime() + WAIT_NANOS;
    while (Memory.getIntAcquire(probe + MemConfigLayout.MAGIC) != MAGIC
        && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    int magic = Memory.getInt(probe + MemConfigLayout.MAGIC);
    int version = Memory.getInt(probe + MemConfigLayout.VERSION);
    long at = Memory.getLong(probe + MemConfigLayout.MEM_CFG_ADDR);
    Libc.munmap(probe, MAPPED_LENGTH);
    if (magic != MAGIC || version != VERSION) {
      Libc.close(fd);
      throw new SluiceException(
          Errno.EINVAL,
          path + " has magic " + magic + " version 0x" + Integer.toHexString(version));
    }
    long mapped = map(at, fd, Libc.MAP_FIXED_NOREPLACE);
    Libc.close(fd);
    if (mapped != at) {
      throw new SluiceException(
          Errno.ofResult(mapped), "cannot map " + path + " at 0x" + Long.toHexString(at));
    }
    return new MemConfig(path, at, -1, false);
  }

  public long address() {
    return address;
  }

  /** Unmaps it; the primary deletes its file first. */
  @Override
  public void close() {
    Libc.munmap(address, MAPPED_LENGTH);
    if (primary && fd >= 0) {
      Libc.unlink(path);
      Libc.close(fd);
      fd = -1;
    }
  }
}
