package io.sluice.config;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** The {@code config} file of a runtime directory: {@code struct rte_mem_config}, mapped. */
public final class MemConfig implements AutoCloseable {
  /** {@code RTE_MAGIC}. */
  public static final int MAGIC = 19820526;

  /** {@code RTE_VERSION} of 22.11.11. */
  public static final int VERSION = 0x160b0b63;

  /** {@code l_pid} of {@code struct flock}. */
  private static final int FLOCK_PID = 24;

  /** Year and month: releases that fix errors only have the same layout. */
  private static final int RELEASE_SHIFT = 16;

  private static final long MAPPED_LENGTH = 28672;
  private static final long LOCK_LENGTH = 17408;
  private static final long WAIT_NANOS = 5_000_000_000L;
  private static final long POLL_NANOS = 1_000_000;
  private static final long LOWEST_ADDRESS = 0x8000;
  private static final long HIGHEST_ADDRESS = 0x7fff_0000_0000L;
  private static final int OPEN_TRIES = 32;
  private static final int MP_DISABLED = 1;
  private static final int MP_ENABLED = 2;
  private static final int MAX_LISTS = 128;
  private static final int MAX_HEAPS = 32;

  /** Configs whose lock this process holds. */
  private static final Set<String> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final String path;
  private final long address;
  private final boolean adopted;
  private int fd;

  /** Whether the file ends with this process. */
  private boolean own;

  private MemConfig(String path, long address, int fd, boolean adopted) {
    this.path = path;
    this.address = address;
    this.fd = fd;
    this.adopted = adopted;
    this.own = fd >= 0 && !adopted;
  }

  /** Whether a primary holds the config's lock, as {@code rte_eal_primary_proc_alive}. */
  public static boolean isPrimaryAlive(RuntimeDirectory directory) {
    return lockHolder(directory) >= 0;
  }

  /**
   * The process that holds the config's lock; 0 if that is in another PID namespace, -1 if there is
   * none. A process's lock goes when it closes any descriptor of the file, so this one's own config
   * is not opened.
   */
  static int lockHolder(RuntimeDirectory directory) {
    String path = directory.path() + "/config";
    if (HELD_HERE.contains(path)) {
      return Libc.getpid();
    }
    int fd = Libc.open(path, Libc.O_RDONLY, 0);
    if (fd < 0) {
      return -1;
    }
    long flock = lockRange();
    try {
      boolean held =
          Libc.fcntl(fd, Libc.F_GETLK, flock) == 0 && Memory.getShort(flock) != Libc.F_UNLCK;
      return held ? Memory.getInt(flock + FLOCK_PID) : -1;
    } finally {
      Memory.release(flock);
      Libc.close(fd);
    }
  }

  /**
   * Makes the config, and the directory for it, as the primary, which it remains as long as this is
   * open; or, where processes of a dead primary still use theirs, opens that ({@link #isAdopted}):
   * then nothing is written, and it is theirs until {@link #setOwn}.
   *
   * @throws SluiceException EBUSY if there is a primary, in this process or another, or if what
   *     processes of an earlier one still use is no whole config of this version; EINVAL if theirs
   *     is at another base address; EEXIST if the address is taken
   */
  public static MemConfig create(RuntimeDirectory directory, long baseVirtaddr) {
    String path = directory.path() + "/config";
    // A lock of the kernel's is a process's: only this tells its threads apart.
    if (!HELD_HERE.add(path)) {
      throw hasPrimary(path);
    }
    try {
      return createAlone(directory, path, baseVirtaddr);
    } catch (RuntimeException e) {
      directory.deleteIfEmpty();
      HELD_HERE.remove(path);
      throw e;
    }
  }

  private static MemConfig createAlone(RuntimeDirectory directory, String path, long baseVirtaddr) {
    int fd = openFile(directory, path);
    int result = lock(fd);
    if (result < 0) {
      Libc.close(fd);
      throw hasPrimary(path);
    }
    long at = baseVirtaddr - MemConfigLayout.SIZEOF & -4096;
    if (LivenessLocks.isAnyHeld(directory) || isHeld(directory.path() + "/fbarray_memzone")) {
      return adopt(directory, path, fd, at);
    }
    result = Libc.ftruncate(fd, 0);
    if (result == 0) {
      result = Libc.ftruncate(fd, MemConfigLayout.SIZEOF);
    }
    long mapped = result < 0 ? result : map(at, fd, Libc.MAP_SHARED | Libc.MAP_FIXED_NOREPLACE);
    if (mapped != at) {
      Libc.unlink(path);
      Libc.close(fd);
      throw AddressRange.taken(
          "map " + path, at, at + MAPPED_LENGTH, mapped, "choose another --base-virtaddr");
    }
    Memory.putInt(at + MemConfigLayout.VERSION, VERSION);
    Memory.putLong(at + MemConfigLayout.MEM_CFG_ADDR, at);
    return new MemConfig(path, at, fd, false);
  }

  /** In a directory that is made again if a primary that ended meanwhile took it away, empty. */
  private static int openFile(RuntimeDirectory directory, String path) {
    int fd;
    int tries = 0;
    do {
      directory.create();
      fd = Libc.open(path, Libc.O_RDWR | Libc.O_CREAT, 0600);
      tries++;
    } while (fd == -Errno.ENOENT.number() && tries < OPEN_TRIES);
    if (fd < 0) {
      throw new SluiceException(Errno.ofResult(fd), "cannot open " + path);
    }
    return fd;
  }

  /** The config that a dead primary left to processes that live; only read, and mapped. */
  private static MemConfig adopt(RuntimeDirectory directory, String path, int fd, long at) {
    try {
      requireAdoptable(directory, fd, at);
      long mapped = map(at, fd, Libc.MAP_SHARED | Libc.MAP_FIXED_NOREPLACE);
      if (mapped != at) {
        throw AddressRange.taken(
            "map " + path,
            at,
            at + MAPPED_LENGTH,
            mapped,
            "keep this JVM's heap out of there (-XX:HeapBaseMinAddress=, a smaller -Xmx)");
      }
      return new MemConfig(path, at, fd, true);
    } catch (SluiceException e) {
      if (Libc.size(fd) == 0) {
        Libc.unlink(path);
      }
      Libc.close(fd);
      throw e;
    }
  }

  private static void requireAdoptable(RuntimeDirectory directory, int fd, long at) {
    long image = Memory.allocate(MemConfigLayout.SIZEOF);
    try {
      boolean whole = Libc.pread(fd, image, MemConfigLayout.SIZEOF, 0) == MemConfigLayout.SIZEOF;
      String wrong = whole ? wrongToAdopt(image) : "is cut short";
      if (wrong != null) {
        throw new SluiceException(
            Errno.EBUSY,
            "secondaries of an earlier primary still use "
                + directory.path()
                + ", whose config "
                + wrong
                + "; stop them or choose another --file-prefix");
      }
      long found = Memory.getLong(image + MemConfigLayout.MEM_CFG_ADDR);
      if (found != at) {
        throw new SluiceException(
            Errno.EINVAL,
            "secondaries of an earlier primary still use "
                + directory.path()
                + " at another address; start with --base-virtaddr=0x"
                + Long.toHexString(found + MAPPED_LENGTH)
                + ", or stop them");
      }
    } finally {
      Memory.release(image);
    }
  }

  private static long map(long address, int fd, int flags) {
    return Libc.mmap(address, MAPPED_LENGTH, Libc.PROT_READ | Libc.PROT_WRITE, flags, fd, 0);
  }

  private static boolean isHeld(String path) {
    int fd = Libc.open(path, Libc.O_RDONLY, 0);
    if (fd < 0) {
      return false;
    }
    boolean held = Libc.flock(fd, Libc.LOCK_EX | Libc.LOCK_NB) < 0;
    Libc.close(fd);
    return held;
  }

  private static int lock(int fd) {
    long flock = lockRange();
    try {
      return Libc.fcntl(fd, Libc.F_SETLK, flock);
    } finally {
      Memory.release(flock);
    }
  }

  /** A {@code struct flock} over the memsegs field, for writing. */
  private static long lockRange() {
    long flock = Memory.allocate(32);
    Memory.putShort(flock, Libc.F_WRLCK);
    Memory.putLong(flock + 8, MemConfigLayout.MEMSEGS);
    Memory.putLong(flock + 16, LOCK_LENGTH);
    return flock;
  }

  private static SluiceException hasPrimary(String path) {
    return new SluiceException(
        Errno.EBUSY,
        "a primary already runs on " + path + "; stop it or choose another --file-prefix");
  }

  /** Sets magic: from now on secondaries may attach. */
  public void complete() {
    Memory.putIntRelease(address + MemConfigLayout.MAGIC, MAGIC);
  }

  /**
   * Joins the config of a running primary, waiting a while for it to complete.
   *
   * @throws SluiceException ENOENT without a primary, EACCES if it is another user's, EINVAL for a
   *     config of another version or garbage, EPERM if the primary has disabled secondaries, EEXIST
   *     if the address is taken
   */
  public static MemConfig attach(RuntimeDirectory directory) {
    if (!isPrimaryAlive(directory)) {
      throw noPrimary(directory.path() + "/config");
    }
    MemConfig config = open(directory, Libc.O_RDWR, WAIT_NANOS);
    if (!config.setMpStatus(MP_ENABLED)) {
      config.close();
      throw new SluiceException(
          Errno.EPERM,
          "the primary of "
              + directory.path()
              + " has disabled secondaries (rte_mp_disable); start it without");
    }
    return config;
  }

  /** Also where nobody can say whether there is one. */
  private static SluiceException noPrimary(String path) {
    int fd = Libc.open(path, Libc.O_RDONLY, 0);
    if (fd >= 0) {
      Libc.close(fd);
    }
    return fd >= 0 || Errno.ofResult(fd) == Errno.ENOENT
        ? new SluiceException(Errno.ENOENT, "no primary runs on " + path + "; start it first")
        : new SluiceException(
            Errno.ofResult(fd), "cannot open " + path + "; run as the primary's user, or as root");
  }

  /**
   * {@code rte_mp_disable}: no secondary may attach from now on.
   *
   * @return false if one has attached already; then nothing changes
   */
  public boolean disableMp() {
    return setMpStatus(MP_DISABLED);
  }

  /**
   * The status is a byte, and its neighbours in the int are padding: unknown becomes known once.
   */
  private boolean setMpStatus(int status) {
    long field = address + MemConfigLayout.MP_STATUS;
    int word = Memory.getIntVolatile(field);
    while ((word & 0xff) == 0) {
      if (Memory.compareAndSetInt(field, word, word | status)) {
        return true;
      }
      word = Memory.getIntVolatile(field);
    }
    return (word & 0xff) == status;
  }

  /**
   * Looks at a config without joining: a private copy, at its address, in which this process may
   * write without anybody seeing it, and in which every lock is free.
   */
  public static MemConfig observe(RuntimeDirectory directory) {
    MemConfig config = open(directory, Libc.O_RDONLY, 0);
    config.freeLocks();
    return config;
  }

  private void freeLocks() {
    Memory.fill(address + MemConfigLayout.MLOCK, 20, (byte) 0);
    Memory.putInt(address + MemConfigLayout.MEMZONES + FbarrayLayout.RWLOCK, 0);
    for (int i = 0; i < MAX_LISTS; i++) {
      long list = address + MemConfigLayout.MEMSEGS + (long) i * MemsegListLayout.SIZEOF;
      Memory.putInt(list + MemsegListLayout.MEMSEG_ARR + FbarrayLayout.RWLOCK, 0);
    }
    for (int i = 0; i < MAX_HEAPS; i++) {
      long heap = address + MemConfigLayout.MALLOC_HEAPS + (long) i * MallocHeapLayout.SIZEOF;
      Memory.putInt(heap + MallocHeapLayout.LOCK, 0);
    }
  }

  private static MemConfig open(RuntimeDirectory directory, int flags, long waitNanos) {
    String path = directory.path() + "/config";
    if (HELD_HERE.contains(path)) {
      throw new SluiceException(
          Errno.EBUSY, "this very process is the primary of " + path + "; use its SharedMemory");
    }
    int fd = Libc.open(path, flags, 0);
    if (fd < 0) {
      throw new SluiceException(
          Errno.ofResult(fd), "cannot open " + path + "; start a primary with this prefix");
    }
    long at;
    try {
      at = awaitComplete(directory, path, fd, System.nanoTime() + waitNanos);
    } catch (SluiceException e) {
      Libc.close(fd);
      throw e;
    }
    long mapped =
        flags == Libc.O_RDWR
            ? map(at, fd, Libc.MAP_SHARED | Libc.MAP_FIXED_NOREPLACE)
            : PrivateCopy.map(
                at, MAPPED_LENGTH, Libc.MAP_FIXED_NOREPLACE, fd, MemConfigLayout.SIZEOF);
    Libc.close(fd);
    if (mapped != at) {
      throw AddressRange.taken(
          "map " + path,
          at,
          at + MAPPED_LENGTH,
          mapped,
          "keep this JVM's heap out of there (-XX:HeapBaseMinAddress=, a smaller -Xmx) or restart"
              + " the primary with another --base-virtaddr");
    }
    return new MemConfig(path, at, -1, false);
  }

  /**
   * Waits until the config is complete or no primary works on it, and gives the address where it
   * must be mapped. It is read, not mapped: a file that shrinks meanwhile is an error, no SIGBUS.
   */
  private static long awaitComplete(
      RuntimeDirectory directory, String path, int fd, long deadline) {
    long image = Memory.allocate(MemConfigLayout.SIZEOF);
    try {
      long length = Libc.pread(fd, image, MemConfigLayout.SIZEOF, 0);
      while ((length < MemConfigLayout.SIZEOF || Memory.getInt(image) != MAGIC)
          && System.nanoTime() < deadline
          && isPrimaryAlive(directory)) {
        LockSupport.parkNanos(POLL_NANOS);
        length = Libc.pread(fd, image, MemConfigLayout.SIZEOF, 0);
      }
      String wrong = length < MemConfigLayout.SIZEOF ? "is cut short" : wrongWith(image);
      if (wrong != null) {
        throw new SluiceException(Errno.EINVAL, path + " " + wrong + "; restart the primary");
      }
      return Memory.getLong(image + MemConfigLayout.MEM_CFG_ADDR);
    } finally {
      Memory.release(image);
    }
  }

  /** What a primary goes on with says of itself that it is exactly this release's. */
  private static String wrongToAdopt(long image) {
    String wrong = wrongWith(image);
    int version = Memory.getInt(image + MemConfigLayout.VERSION);
    return wrong == null && version != VERSION
        ? ofVersion(version) + ", this program makes " + versionName(VERSION)
        : wrong;
  }

  private static String ofVersion(int version) {
    return "is of version 0x"
        + Integer.toHexString(version)
        + " (DPDK "
        + versionName(version)
        + ")";
  }

  private static String wrongWith(long image) {
    int magic = Memory.getInt(image + MemConfigLayout.MAGIC);
    if (magic == 0) {
      return "is not complete, as its primary still starts, hangs or died";
    }
    if (magic != MAGIC) {
      return "is garbage (magic 0x" + Integer.toHexString(magic) + ")";
    }
    int version = Memory.getInt(image + MemConfigLayout.VERSION);
    if (version >>> RELEASE_SHIFT != VERSION >>> RELEASE_SHIFT) {
      return ofVersion(version) + ", this program speaks 22.11";
    }
    long at = Memory.getLong(image + MemConfigLayout.MEM_CFG_ADDR);
    return at % 4096 != 0 || at < LOWEST_ADDRESS || at > HIGHEST_ADDRESS
        ? "is garbage (address 0x" + Long.toHexString(at) + ")"
        : null;
  }

  /** As people write it, such as 22.11.11; a release candidate's number is left out. */
  private static String versionName(int version) {
    return String.format("%d.%02d.%d", version >>> 24, version >>> 16 & 0xff, version >>> 8 & 0xff);
  }

  /** The release of DPDK whose layout the primary says that this is, such as 22.11.11. */
  public String dpdkVersion() {
    return versionName(Memory.getInt(address + MemConfigLayout.VERSION));
  }

  public long address() {
    return address;
  }

  /** Whether it is what a dead primary left, and processes still use. */
  public boolean isAdopted() {
    return adopted;
  }

  /** Says whether the file ends with this process, which is its primary. */
  public void setOwn(boolean own) {
    this.own = own;
  }

  /** Unmaps it; its owner deletes the file first. */
  @Override
  public void close() {
    Libc.munmap(address, MAPPED_LENGTH);
    if (fd >= 0) {
      if (own) {
        Libc.unlink(path);
      }
      Libc.close(fd);
      fd = -1;
      HELD_HERE.remove(path);
    }
  }
}
