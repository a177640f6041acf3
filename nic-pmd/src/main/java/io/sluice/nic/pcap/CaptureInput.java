package io.sluice.nic.pcap;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.concurrent.locks.LockSupport;

/**
 * A file or a named pipe read through a buffer. Reading never waits: a pipe that is empty just now
 * gives nothing, and more later.
 */
final class CaptureInput implements AutoCloseable {
  private static final int BUFFER = 1 << 20;
  private static final long HEADER_LIMIT_NANOS = 10_000_000_000L;
  private static final long POLL_NANOS = 1_000_000L;

  private final String path;
  private final int fd;
  private final boolean pipe;
  private final long buffer = Memory.allocate(BUFFER);
  private int from;
  private int to;
  private long toDrop;
  private long before;
  private int wanted;
  private boolean ended;
  private boolean closed;

  private CaptureInput(String path, int fd) {
    this.path = path;
    this.fd = fd;
    this.pipe = Libc.size(fd) == -Errno.ESPIPE.number();
    rewind();
  }

  /**
   * Opens it.
   *
   * @throws SluiceException ENOENT, EACCES …
   */
  static CaptureInput open(String path) {
    int fd = Libc.open(path, Libc.O_RDONLY | Libc.O_NONBLOCK, 0);
    if (fd < 0) {
      throw new SluiceException(
          Errno.ofResult(fd),
          "capture file '" + path + "' cannot be read; check its name and rights");
    }
    return new CaptureInput(path, fd);
  }

  /**
   * Waits for the first {@code length} bytes: a pipe's writer may come later.
   *
   * @throws SluiceException EINVAL when it is empty, ETIMEDOUT when nothing comes through a pipe
   */
  void awaitStart(int length) {
    long deadline = System.nanoTime() + HEADER_LIMIT_NANOS;
    while (!has(length)) {
      if (!pipe) {
        throw new SluiceException(
            Errno.EINVAL,
            "capture file '" + path + "' is empty, or too short for a capture's header");
      }
      if (System.nanoTime() - deadline > 0) {
        throw new SluiceException(
            Errno.ETIMEDOUT, "nothing came through the pipe '" + path + "' within 10 s");
      }
      ended = false;
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Whether so many bytes are there at {@link #position}; reads if they are not. */
  boolean has(int length) {
    wanted = length;
    if (!drop()) {
      return false;
    }
    if (to - from < length && !ended) {
      fill();
    }
    return to - from >= length;
  }

  /** Whether all that was to be passed over has been. */
  private boolean drop() {
    while (toDrop > 0) {
      if (from == to && !ended) {
        fill();
      }
      if (from == to) {
        return false;
      }
      int here = (int) Math.min(toDrop, to - from);
      from += here;
      toDrop -= here;
    }
    return true;
  }

  private void fill() {
    if (from > 0) {
      // Memory.copy takes no overlap; what is left is short, and moves at most once a buffer.
      for (int i = 0; i < to - from; i++) {
        Memory.putByte(buffer + i, Memory.getByte(buffer + from + i));
      }
      to -= from;
      before += from;
      from = 0;
    }
    while (to < BUFFER) {
      long count = Libc.read(fd, buffer + to, BUFFER - to);
      if (count <= 0) {
        ended = count == 0 || Errno.ofResult(count) != Errno.EAGAIN;
        return;
      }
      to += (int) count;
    }
  }

  /** The address of the next byte; valid until the next {@link #has}. */
  long position() {
    return buffer + from;
  }

  /** Passes over bytes, some of which may not have been read yet. */
  void skip(long length) {
    toDrop += length;
    drop();
  }

  /** How many bytes of the input are ahead of {@link #position}. */
  long offset() {
    return before + from;
  }

  /** After {@link #endedWithin}: where what is cut begins, how long it is, and what is there. */
  String cut() {
    return toDrop > 0
        ? "ends at offset " + offset() + ", " + toDrop + " bytes before the end of a block"
        : "ends within what begins at offset "
            + offset()
            + ": "
            + wanted
            + " bytes expected, "
            + (to - from)
            + " are there";
  }

  /** Whether the input has come to its end with bytes left over. */
  boolean endedWithin() {
    return ended && (from != to || toDrop > 0);
  }

  boolean isEnded() {
    return ended && from == to && toDrop == 0;
  }

  boolean isPipe() {
    return pipe;
  }

  /** Back to the first byte; a pipe stays where it is. */
  void rewind() {
    if (!pipe) {
      Libc.lseek(fd, 0);
      from = 0;
      to = 0;
      before = 0;
      toDrop = 0;
      ended = false;
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Libc.close(fd);
      Memory.release(buffer);
    }
  }
}
