package io.sluice.nic.pcap;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/**
 * Writes a classic capture file with nanoseconds, through a buffer of its own. Writing allocates
 * nothing and makes a system call a buffer. One thread at a time.
 */
public final class PcapWriter implements AutoCloseable {
  private static final int BUFFER = 1 << 18;

  private final int fd;
  private final boolean pipe;
  private final long buffer = Memory.allocate(BUFFER);
  private int used;
  private int recordAt;
  private boolean failed;
  private boolean closed;

  private PcapWriter(int fd) {
    this.fd = fd;
    this.pipe = Libc.size(fd) == -Errno.ESPIPE.number();
  }

  /**
   * Makes a file, or empties the one that is there.
   *
   * @throws SluiceException if it cannot
   */
  public static PcapWriter create(String path) {
    int fd = Libc.open(path, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_TRUNC, 0644);
    if (fd < 0) {
      throw new SluiceException(
          Errno.ofResult(fd),
          "capture file '" + path + "' cannot be written; check its directory and rights");
    }
    PcapWriter writer = new PcapWriter(fd);
    writer.putInt(PcapLayout.MAGIC_NANOS);
    writer.putInt(4 << 16 | 2);
    writer.putInt(0);
    writer.putInt(0);
    writer.putInt(PcapLayout.MAX_SNAPLEN);
    writer.putInt(PcapLayout.LINKTYPE_ETHERNET);
    return writer;
  }

  private void putInt(int value) {
    // Records are of any length, so that fields may lie anywhere.
    Memory.putByte(buffer + used, (byte) value);
    Memory.putByte(buffer + used + 1, (byte) (value >> 8));
    Memory.putByte(buffer + used + 2, (byte) (value >> 16));
    Memory.putByte(buffer + used + 3, (byte) (value >> 24));
    used += 4;
  }

  /**
   * Begins a packet of {@code length} bytes, to be followed by {@link #append} until they are
   * complete.
   *
   * @param timestamp nanoseconds since 1970
   * @return false if the packet is longer than a capture file takes, or the file cannot be written
   *     any more
   */
  public boolean begin(long timestamp, int length) {
    if (length > PcapLayout.MAX_SNAPLEN - PcapLayout.RECORD_HEADER) {
      return false;
    }
    if (used + PcapLayout.RECORD_HEADER + length > BUFFER) {
      flush();
    }
    if (failed) {
      return false;
    }
    putInt((int) (timestamp / 1_000_000_000L));
    putInt((int) (timestamp % 1_000_000_000L));
    putInt(length);
    putInt(length);
    recordAt = used + length;
    return true;
  }

  /** Adds bytes of the packet begun. */
  public void append(long data, int length) {
    if (used + length > recordAt) {
      throw new IllegalArgumentException(
          "packet of more bytes than it was begun with, by " + (used + length - recordAt));
    }
    Memory.copy(data, buffer + used, length);
    used += length;
  }

  /** Hands what is buffered to the kernel. */
  public void flush() {
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
  public boolean isPipe() {
    return pipe;
  }

  /**
   * Whether the kernel refused a write, as when the disk is full; nothing is written from then on.
   */
  public boolean hasFailed() {
    return failed;
  }

  @Override
  public void close() {
    if (!closed) {
      flush();
      closed = true;
      Libc.close(fd);
      Memory.release(buffer);
    }
  }
}
