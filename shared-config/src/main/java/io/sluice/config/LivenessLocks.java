package io.sluice.config;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/**
 * Which slots of the process table are held by a process that lives, as the kernel sees it: the
 * holder of a slot has a lock on the slot's byte of {@code sluice_liveness} in the runtime
 * directory. The kernel gives it back when the last thread of the process is gone, whatever ended
 * it, and not before: then nobody stores for that process any more. A stopped process keeps it. A
 * pid alone says less: it is another's in another PID namespace, and a process whose first thread
 * has ended looks dead while others still run.
 *
 * <p>Locks of open file descriptions ({@code F_OFD_SETLK}), not the process's: those go when any
 * descriptor of the file is closed. Thread-safe. Source: fcntl(2).
 */
public final class LivenessLocks implements AutoCloseable {
  /** The file's name in the runtime directory. */
  public static final String FILE = "sluice_liveness";

  /** Not a slot's byte: who has its lock recovers what the dead have left, and nobody else does. */
  static final int RECOVERY = 1 << 20;

  private static final int FLOCK_SIZEOF = 32;
  private static final int START = 8;
  private static final int LENGTH = 16;

  private final String path;
  private final int fd;
  private final long flock = Memory.allocate(FLOCK_SIZEOF);
  private boolean closed;

  private LivenessLocks(String path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  /** Opens the file to hold slots, and makes it if need be. */
  public static LivenessLocks open(RuntimeDirectory directory) {
    String path = directory.path() + "/" + FILE;
    int fd = Libc.open(path, Libc.O_RDWR | Libc.O_CREAT, 0600);
    if (fd < 0) {
      throw new SluiceException(Errno.ofResult(fd), "cannot open " + path);
    }
    // Says that the file is in use to whoever cleans up.
    Libc.flock(fd, Libc.LOCK_SH);
    return new LivenessLocks(path, fd);
  }

  /** Opens the file to look only; null if there is none. */
  public static LivenessLocks observe(RuntimeDirectory directory) {
    String path = directory.path() + "/" + FILE;
    int fd = Libc.open(path, Libc.O_RDONLY, 0);
    return fd < 0 ? null : new LivenessLocks(path, fd);
  }

  /** Whether any process holds a slot in that directory. */
  static boolean isAnyHeld(RuntimeDirectory directory) {
    try (LivenessLocks all = observe(directory)) {
      return all != null && all.isHeld(0, ProcessTableLayout.MAX_PROCESSES);
    }
  }

  /**
   * Takes the lock of a byte if nobody else has it.
   *
   * @throws SluiceException if the file system has no such locks
   */
  synchronized boolean tryHold(int slot) {
    int result = lock(Libc.F_OFD_SETLK, Libc.F_WRLCK, slot);
    if (result < 0
        && result != -Errno.EAGAIN.number()
        && result != -Errno.EACCES.number()
        && result != -Errno.EBADF.number()) {
      throw new SluiceException(
          Errno.ofResult(result), "cannot lock byte " + slot + " of " + FILE + "; is it on NFS?");
    }
    return result == 0;
  }

  /** Gives a slot's lock back. */
  synchronized void letGo(int slot) {
    lock(Libc.F_OFD_SETLK, Libc.F_UNLCK, slot);
  }

  /** Whether somebody holds the slot's lock: another descriptor than this object's. */
  synchronized boolean isHeld(int slot) {
    return isHeld(slot, 1);
  }

  private boolean isHeld(int slot, int count) {
    return lock(Libc.F_OFD_GETLK, Libc.F_WRLCK, slot, count) == 0
        && Memory.getShort(flock) != Libc.F_UNLCK;
  }

  private int lock(int command, short type, int slot) {
    return lock(command, type, slot, 1);
  }

  private int lock(int command, short type, int slot, int count) {
    if (closed) {
      return -Errno.EBADF.number();
    }
    Memory.fill(flock, FLOCK_SIZEOF, (byte) 0);
    Memory.putShort(flock, type);
    Memory.putLong(flock + START, slot);
    Memory.putLong(flock + LENGTH, count);
    return Libc.fcntl(fd, command, flock);
  }

  /** Deletes the file: who comes from now on has one of their own. */
  public void delete() {
    Libc.unlink(path);
  }

  /** Gives every slot back. Idempotent. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Libc.close(fd);
      Memory.release(flock);
    }
  }
}
