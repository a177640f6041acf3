package io.sluice.config;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.nio.charset.StandardCharsets;

/** A bound AF_UNIX datagram socket that carries {@link MpMessageLayout} and descriptors. */
final class MpSocket implements AutoCloseable {
  static final int MESSAGE = 0;
  static final int REQUEST = 1;
  static final int REPLY = 2;
  static final int IGNORE = 3;

  private static final int ADDRESS_LENGTH = 110;
  private static final int MAX_PATH = 107;
  private static final int CONTROL_HEADER = 16;
  private static final int CONTROL_LENGTH = CONTROL_HEADER + MpMessage.MAX_FDS * Integer.BYTES;
  private static final int SHUT_RDWR = 2;
  private static final int SO_SNDTIMEO = 21;
  private static final long SEND_SECONDS = 5;

  // struct msghdr, its iovec, the address and the control data behind each other.
  private static final int IOVEC = 56;
  private static final int ADDRESS = IOVEC + 16;
  private static final int CONTROL = ADDRESS + 112;
  private static final int DATA = CONTROL + 64;
  private static final int BUFFER = DATA + 336;

  private final String path;
  private final int fd;

  private MpSocket(String path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  /** What arrived. */
  record Received(int type, String peer, MpMessage message) {}

  static MpSocket bind(String path) {
    int fd = Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM, 0);
    long buffer = Memory.allocate(BUFFER);
    try {
      Libc.unlink(path);
      int result = fd < 0 ? fd : putAddress(buffer + ADDRESS, path);
      if (result >= 0) {
        limitSending(fd, buffer);
        result = Libc.bind(fd, buffer + ADDRESS, ADDRESS_LENGTH);
      }
      if (result < 0) {
        if (fd >= 0) {
          Libc.close(fd);
        }
        throw new SluiceException(Errno.ofResult(result), "cannot bind the socket " + path);
      }
      return new MpSocket(path, fd);
    } finally {
      Memory.release(buffer);
    }
  }

  /** A stopped peer whose queue is full must not hold up the sender, and its locks, for ever. */
  private static void limitSending(int fd, long timeval) {
    Memory.putLong(timeval, SEND_SECONDS);
    Libc.setsockopt(fd, Libc.SOL_SOCKET, SO_SNDTIMEO, timeval, 2 * Long.BYTES);
  }

  private static int putAddress(long at, String path) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MAX_PATH) {
      return -Errno.ENAMETOOLONG.number();
    }
    Memory.putShort(at, (short) Libc.AF_UNIX);
    Memory.copyFromBytes(bytes, 0, at + 2, bytes.length);
    return 0;
  }

  String path() {
    return path;
  }

  private static void prepare(long buffer) {
    Memory.putLong(buffer, buffer + ADDRESS);
    Memory.putInt(buffer + 8, ADDRESS_LENGTH);
    Memory.putLong(buffer + 16, buffer + IOVEC);
    Memory.putLong(buffer + 24, 1);
    Memory.putLong(buffer + 32, buffer + CONTROL);
    Memory.putLong(buffer + 40, CONTROL_LENGTH);
    Memory.putLong(buffer + IOVEC, buffer + DATA);
    Memory.putLong(buffer + IOVEC + 8, MpMessageLayout.SIZEOF);
  }

  /**
   * Sends; 0 or the negative error number: -ECONNREFUSED if the peer is gone, -EAGAIN if it takes
   * nothing for {@value #SEND_SECONDS} seconds.
   */
  int send(String peer, int type, MpMessage message) {
    long buffer = Memory.allocate(BUFFER);
    try {
      int result = putAddress(buffer + ADDRESS, peer);
      if (result < 0) {
        return result;
      }
      prepare(buffer);
      int fds = message.fds().length;
      Memory.putLong(buffer + 40, CONTROL_HEADER + (long) fds * Integer.BYTES);
      Memory.putLong(buffer + CONTROL, CONTROL_HEADER + (long) fds * Integer.BYTES);
      Memory.putInt(buffer + CONTROL + 8, Libc.SOL_SOCKET);
      Memory.putInt(buffer + CONTROL + 12, Libc.SCM_RIGHTS);
      for (int i = 0; i < fds; i++) {
        Memory.putInt(buffer + CONTROL + CONTROL_HEADER + 4L * i, message.fds()[i]);
      }
      long data = buffer + DATA;
      Memory.putInt(data + MpMessageLayout.TYPE, type);
      Memory.putString(data + MpMessageLayout.NAME, MpMessageLayout.NAME_LENGTH, message.name());
      Memory.putInt(data + MpMessageLayout.LEN_PARAM, message.param().length);
      Memory.putInt(data + MpMessageLayout.NUM_FDS, fds);
      Memory.copyFromBytes(
          message.param(), 0, data + MpMessageLayout.PARAM, message.param().length);
      long sent = Libc.sendmsg(fd, buffer, 0);
      while (sent == -Errno.EINTR.number()) {
        sent = Libc.sendmsg(fd, buffer, 0);
      }
      return sent < 0 ? (int) sent : 0;
    } finally {
      Memory.release(buffer);
    }
  }

  /** Waits for the next message; null when the socket was shut down. Malformed ones are dropped. */
  Received receive() {
    long buffer = Memory.allocate(BUFFER);
    try {
      while (true) {
        Memory.fill(buffer, BUFFER, (byte) 0);
        prepare(buffer);
        long length = Libc.recvmsg(fd, buffer, 0);
        if (length == 0 || length < 0 && length != -Errno.EINTR.number()) {
          return null;
        }
        Received received = length == MpMessageLayout.SIZEOF ? decode(buffer) : null;
        if (received != null) {
          return received;
        }
      }
    } finally {
      Memory.release(buffer);
    }
  }

  private static Received decode(long buffer) {
    long data = buffer + DATA;
    int paramLength = Memory.getInt(data + MpMessageLayout.LEN_PARAM);
    int fdCount = Memory.getInt(data + MpMessageLayout.NUM_FDS);
    int[] fds = new int[descriptorsIn(buffer)];
    for (int i = 0; i < fds.length; i++) {
      fds[i] = Memory.getInt(buffer + CONTROL + CONTROL_HEADER + 4L * i);
    }
    String name = Memory.getString(data + MpMessageLayout.NAME, MpMessageLayout.NAME_LENGTH);
    if (name.isEmpty()
        || name.length() == MpMessageLayout.NAME_LENGTH
        || paramLength < 0
        || paramLength > MpMessageLayout.PARAM_LENGTH
        || fdCount != fds.length) {
      for (int received : fds) {
        Libc.close(received);
      }
      return null;
    }
    byte[] param = new byte[paramLength];
    Memory.copyToBytes(data + MpMessageLayout.PARAM, param, 0, paramLength);
    return new Received(
        Memory.getInt(data + MpMessageLayout.TYPE),
        Memory.getString(buffer + ADDRESS + 2, ADDRESS_LENGTH - 2),
        new MpMessage(name, param, fds));
  }

  private static int descriptorsIn(long buffer) {
    boolean rights =
        Memory.getLong(buffer + 40) >= CONTROL_HEADER
            && Memory.getInt(buffer + CONTROL + 8) == Libc.SOL_SOCKET
            && Memory.getInt(buffer + CONTROL + 12) == Libc.SCM_RIGHTS;
    return rights ? (int) (Memory.getLong(buffer + CONTROL) - CONTROL_HEADER) / Integer.BYTES : 0;
  }

  /** Whether nobody holds the socket of that path any more. */
  static boolean isGone(String path) {
    int probe = Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM, 0);
    long buffer = Memory.allocate(BUFFER);
    try {
      putAddress(buffer + ADDRESS, path);
      int result = Libc.connect(probe, buffer + ADDRESS, ADDRESS_LENGTH);
      return result == -Errno.ECONNREFUSED.number() || result == -Errno.ENOENT.number();
    } finally {
      Memory.release(buffer);
      Libc.close(probe);
    }
  }

  /** Wakes whoever waits in {@link #receive}. */
  void shutdown() {
    Libc.shutdown(fd, SHUT_RDWR);
  }

  @Override
  public void close() {
    Libc.unlink(path);
    Libc.close(fd);
  }
}
