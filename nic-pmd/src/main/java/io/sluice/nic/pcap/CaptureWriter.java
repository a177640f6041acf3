package io.sluice.nic.pcap;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/**
 * Writes a capture file with nanoseconds, through a buffer of its own. Writing allocates nothing
 * and makes a system call a buffer. One thread at a time.
 */
public abstract sealed class CaptureWriter implements AutoCloseable
    permits PcapWriter, PcapngWriter {
  private static final int BUFFER = 1 << 19;

  private final int fd;
  private final boolean pipe;
  private final long buffer = Memory.allocate(BUFFER);
  private int used;
  private int dataAt;
  private int dataEnd;
  private boolean failed;
  private boolean closed;

  CaptureWriter(int fd) {
    this.fd = fd;
    this.pipe = Libc.size(fd) == -Errno.ESPIPE.number();
  }

  /**
   * Makes a file, or empties the one that is there: pcapng if its name ends in {@code .pcapng},
   * else pcap.
   *
   * @throws SluiceException if it cannot
   */
  public static CaptureWriter create(String path) {
    int fd = Libc.open(path, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_TRUNC, 0644);
    if (fd < 0) {
      throw new SluiceException(
          Errno.ofResult(fd),
          "capture file '" + path + "' cannot be written; check its directory and rights");
    }
    return path.endsWith(".pcapng") ? new PcapngWriter(fd) : new PcapWriter(fd);
  }

  final void putShort(int value) {
    Memory.putByte(buffer + used, (byte) value);
    Memory.putByte(buffer + used + 1, (byte) (value >> 8));
    used += 2;
  }

  /** Records are of any length, so that fields may lie anywhere. */
  final void putInt(int value) {
    putShort(value);
    putShort(value >> 16);
  }

  /** Leaves room for a packet's bytes, which {@link #append} fills. */
  final void leaveData(int length) {
    dataAt = used;
    dataEnd = used + length;
    used = dataEnd;
  }

  final void pad(int bytes) {
    Memory.fill(buffer + used, bytes, (byte) 0);
    used += bytes;
  }

  /** Writes all of a record but the packet's bytes, for which it leaves the data. */
  abstract void putRecord(long timestamp, int length);

  /** The most bytes that a record has beside the packet's. */
  abstract int overhead();

  /**
   * Begins a packet of {@code length} bytes, to be followed by {@link #append} until they are
   * complete.
   *
   * @param timestamp nanoseconds since 1970
   * @return false if the packet is longer than a capture file takes, or the file cannot be written
   *     any more
   */
  public final boolean begin(long timestamp, int length) {
    if (length > PcapLayout.MAX_SNAPLEN) {
      return false;
    }
    if (used + overhead() + length > BUFFER) {
      flush();
    }
    if (failed) {
      return false;
    }
    putRecord(timestamp, length);
    return true;
  }

  /** Adds bytes of the packet begun. */
  public final void append(long data, int length) {
    if (dataAt + length > dataEnd) {
      throw new IllegalArgumentException(
          "packet of more bytes than it was begun with, by " + (dataAt + length - dataEnd));
    }
    Memory.copy(data, buffer + dataAt, length);
    dataAt += length;
  }

  /** Hands what is buffered to the kernel. */
  public final void flush() {
    int done = 0;
    while (done < used && !failed) {
      long written = Libc.write(fd, buffer + done, used - done);
      if (written < 0 && Errno.ofResult(written) != Errno.EINTR) {
        failed = true;
      } else if (written > 0) {
        done += (int) written;
      }
    }
    used = 0;
  }

  /** Whether it writes into a named pipe. */
  public final boolean isPipe() {
    return pipe;
  }

  /**
   * Whether the kernel refused a write, as when the disk is full; nothing is written from then on.
   */
  public final boolean hasFailed() {
    return failed;
  }

  @Override
  public final void close() {
    if (!closed) {
      flush();
      closed = true;
      Libc.close(fd);
      Memory.release(buffer);
    }
  }
}
