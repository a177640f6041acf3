package io.sluice.platform;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.LastError;
import com.kenai.jffi.Library;
import com.kenai.jffi.Type;
import java.nio.charset.StandardCharsets;

/**
 * The one seam to libc. Every call returns what libc returned, or the negative error number ({@link
 * Errno#ofResult}); none throws. Structures are built by the caller in memory of {@link
 * Memory#allocate}. Thread-safe; errno is taken per thread.
 *
 * <p>It stands on jffi, the layer that jnr-ffi and jnr-posix stand on themselves, because a jnr-ffi
 * interface costs over 100 ms at start, and because jnr-ffi's x86-64 stubs pass the arguments of
 * {@code mmap} wrongly (EINVAL), which jffi's invoker does not.
 */
public final class Libc {
  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_CREAT = 0x40;
  public static final int O_EXCL = 0x80;
  public static final int O_TRUNC = 0x200;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_DIRECTORY = 0x10000;
  public static final int O_CLOEXEC = 0x80000;

  public static final int PROT_NONE = 0;
  public static final int PROT_READ = 1;
  public static final int PROT_WRITE = 2;

  public static final int MAP_SHARED = 1;
  public static final int MAP_PRIVATE = 2;
  public static final int MAP_FIXED = 0x10;
  public static final int MAP_ANONYMOUS = 0x20;
  public static final int MAP_LOCKED = 0x2000;
  public static final int MAP_NORESERVE = 0x4000;
  public static final int MAP_POPULATE = 0x8000;
  public static final int MAP_HUGETLB = 0x40000;
  public static final int MAP_FIXED_NOREPLACE = 0x100000;

  public static final int LOCK_SH = 1;
  public static final int LOCK_EX = 2;
  public static final int LOCK_NB = 4;
  public static final int LOCK_UN = 8;

  public static final int F_GETLK = 5;
  public static final int F_SETLK = 6;
  public static final int F_OFD_GETLK = 36;
  public static final int F_OFD_SETLK = 37;
  public static final short F_RDLCK = 0;
  public static final short F_WRLCK = 1;
  public static final short F_UNLCK = 2;

  public static final int FALLOC_FL_KEEP_SIZE = 1;
  public static final int FALLOC_FL_PUNCH_HOLE = 2;

  public static final int AF_UNIX = 1;
  public static final int AF_INET = 2;
  public static final int AF_PACKET = 17;
  public static final int SOCK_STREAM = 1;
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_RAW = 3;
  public static final int SOCK_SEQPACKET = 5;
  public static final int SOCK_CLOEXEC = 0x80000;
  public static final int SOCK_NONBLOCK = 0x800;
  public static final int SOL_SOCKET = 1;
  public static final int SCM_RIGHTS = 1;
  public static final int MSG_DONTWAIT = 0x40;
  public static final int POLLIN = 1;
  public static final int POLLOUT = 4;
  public static final int POLLERR = 8;

  private static final int MAX_ARGUMENTS = 6;
  private static final Invoker INVOKER = Invoker.getInstance();
  private static final Library LIBRARY = Library.getDefault();
  private static final CallContext[] CALLS = calls();

  private static final long OPEN = symbol("open");
  private static final long CLOSE = symbol("close");
  private static final long READ = symbol("read");
  private static final long WRITE = symbol("write");
  private static final long PREAD = symbol("pread");
  private static final long LSEEK = symbol("lseek");
  private static final long MMAP = symbol("mmap");
  private static final long MUNMAP = symbol("munmap");
  private static final long MPROTECT = symbol("mprotect");
  private static final long MADVISE = symbol("madvise");
  private static final long MLOCK = symbol("mlock");
  private static final long FTRUNCATE = symbol("ftruncate");
  private static final long FALLOCATE = symbol("fallocate");
  private static final long FLOCK = symbol("flock");
  private static final long FCNTL = symbol("fcntl");
  private static final long UNLINK = symbol("unlink");
  private static final long MKDIR = symbol("mkdir");
  private static final long SOCKET = symbol("socket");
  private static final long BIND = symbol("bind");
  private static final long CONNECT = symbol("connect");
  private static final long SEND = symbol("send");
  private static final long SENDTO = symbol("sendto");
  private static final long RECV = symbol("recv");
  private static final long SENDMSG = symbol("sendmsg");
  private static final long RECVMSG = symbol("recvmsg");
  private static final long SETSOCKOPT = symbol("setsockopt");
  private static final long GETSOCKOPT = symbol("getsockopt");
  private static final long GETSOCKNAME = symbol("getsockname");
  private static final long SHUTDOWN = symbol("shutdown");
  private static final long POLL = symbol("poll");
  private static final long IOCTL = symbol("ioctl");
  private static final long SYSCALL = symbol("syscall");
  private static final long GETPID = symbol("getpid");
  private static final long GETEUID = symbol("geteuid");
  private static final long KILL = symbol("kill");
  private static final long IF_NAMETOINDEX = symbol("if_nametoindex");

  private Libc() {}

  private static CallContext[] calls() {
    CallContext[] calls = new CallContext[MAX_ARGUMENTS + 1];
    for (int count = 0; count <= MAX_ARGUMENTS; count++) {
      Type[] arguments = new Type[count];
      java.util.Arrays.fill(arguments, Type.SLONG_LONG);
      calls[count] =
          CallContext.getCallContext(Type.SLONG_LONG, arguments, CallingConvention.DEFAULT, true);
    }
    return calls;
  }

  private static long symbol(String name) {
    return LIBRARY.getSymbolAddress(name);
  }

  private static long result(long returned) {
    return returned == -1 ? -LastError.getInstance().get() : returned;
  }

  private static int intResult(long returned) {
    return (int) returned == -1 ? -LastError.getInstance().get() : (int) returned;
  }

  private static long call1(long function, long a) {
    return INVOKER.invokeN1(CALLS[1], function, a);
  }

  private static long call2(long function, long a, long b) {
    return INVOKER.invokeN2(CALLS[2], function, a, b);
  }

  private static long call3(long function, long a, long b, long c) {
    return INVOKER.invokeN3(CALLS[3], function, a, b, c);
  }

  private static long call4(long function, long a, long b, long c, long d) {
    return INVOKER.invokeN4(CALLS[4], function, a, b, c, d);
  }

  private static long call5(long function, long a, long b, long c, long d, long e) {
    return INVOKER.invokeN5(CALLS[5], function, a, b, c, d, e);
  }

  private static long call6(long function, long a, long b, long c, long d, long e, long f) {
    return INVOKER.invokeN6(CALLS[6], function, a, b, c, d, e, f);
  }

  /** A NUL-terminated copy of {@code text} in private memory; ends with {@link Memory#release}. */
  public static long cString(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    long address = Memory.allocate(bytes.length + 1L);
    Memory.copyFromBytes(bytes, 0, address, bytes.length);
    return address;
  }

  /** open(2); gives a file descriptor. {@code O_CLOEXEC} is always added. */
  public static int open(String path, int flags, int mode) {
    long name = cString(path);
    try {
      return intResult(call3(OPEN, name, flags | O_CLOEXEC, mode));
    } finally {
      Memory.release(name);
    }
  }

  /** close(2). */
  public static int close(int fd) {
    return intResult(call1(CLOSE, fd));
  }

  /** read(2) into memory; gives the bytes read. */
  public static long read(int fd, long buffer, long length) {
    return result(call3(READ, fd, buffer, length));
  }

  /** write(2) from memory; gives the bytes written. */
  public static long write(int fd, long buffer, long length) {
    return result(call3(WRITE, fd, buffer, length));
  }

  /** pread(2) into memory; gives the bytes read. */
  public static long pread(int fd, long buffer, long length, long offset) {
    return result(call4(PREAD, fd, buffer, length, offset));
  }

  /** lseek(2) from the file's start. */
  public static long lseek(int fd, long offset) {
    return result(call3(LSEEK, fd, offset, 0));
  }

  /** The file's size, by lseek(2) to its end. */
  public static long size(int fd) {
    return result(call3(LSEEK, fd, 0, 2));
  }

  /**
   * mmap(2); gives the address. A mapping with access rights is from then on known to the checks of
   * {@link Memory}.
   */
  public static long mmap(
      long address, long length, int protection, int flags, int fd, long offset) {
    long mapped = result(call6(MMAP, address, length, protection, flags, fd, offset));
    if (!isError(mapped)) {
      if (protection == PROT_NONE) {
        MappedRanges.cut(mapped, length);
      } else {
        MappedRanges.add(mapped, length);
      }
    }
    return mapped;
  }

  /** Whether a result of {@link #mmap} and the like is an error; addresses are below 2^63. */
  public static boolean isError(long result) {
    return result < 0 && result >= -4095;
  }

  /** munmap(2). */
  public static int munmap(long address, long length) {
    MappedRanges.cut(address, length);
    return intResult(call2(MUNMAP, address, length));
  }

  /** mprotect(2). */
  public static int mprotect(long address, long length, int protection) {
    return intResult(call3(MPROTECT, address, length, protection));
  }

  /** madvise(2). */
  public static int madvise(long address, long length, int advice) {
    return intResult(call3(MADVISE, address, length, advice));
  }

  /** mlock(2). */
  public static int mlock(long address, long length) {
    return intResult(call2(MLOCK, address, length));
  }

  /** ftruncate(2). */
  public static int ftruncate(int fd, long length) {
    return intResult(call2(FTRUNCATE, fd, length));
  }

  /** fallocate(2). */
  public static int fallocate(int fd, int mode, long offset, long length) {
    return intResult(call4(FALLOCATE, fd, mode, offset, length));
  }

  /** flock(2). The lock goes with the open file, so with the last duplicate of {@code fd}. */
  public static int flock(int fd, int operation) {
    return intResult(call2(FLOCK, fd, operation));
  }

  /** fcntl(2) with an integer or the address of a structure. */
  public static int fcntl(int fd, int command, long argument) {
    return intResult(call3(FCNTL, fd, command, argument));
  }

  /** unlink(2). */
  public static int unlink(String path) {
    long name = cString(path);
    try {
      return intResult(call1(UNLINK, name));
    } finally {
      Memory.release(name);
    }
  }

  /** mkdir(2). */
  public static int mkdir(String path, int mode) {
    long name = cString(path);
    try {
      return intResult(call2(MKDIR, name, mode));
    } finally {
      Memory.release(name);
    }
  }

  /** socket(2). {@code SOCK_CLOEXEC} is always added. */
  public static int socket(int domain, int type, int protocol) {
    return intResult(call3(SOCKET, domain, type | SOCK_CLOEXEC, protocol));
  }

  /** bind(2). */
  public static int bind(int fd, long sockaddr, int length) {
    return intResult(call3(BIND, fd, sockaddr, length));
  }

  /** connect(2). */
  public static int connect(int fd, long sockaddr, int length) {
    return intResult(call3(CONNECT, fd, sockaddr, length));
  }

  /** send(2). */
  public static long send(int fd, long buffer, long length, int flags) {
    return result(call4(SEND, fd, buffer, length, flags));
  }

  /** sendto(2). */
  public static long sendto(
      int fd, long buffer, long length, int flags, long sockaddr, int sockaddrLength) {
    return result(call6(SENDTO, fd, buffer, length, flags, sockaddr, sockaddrLength));
  }

  /** recv(2). */
  public static long recv(int fd, long buffer, long length, int flags) {
    return result(call4(RECV, fd, buffer, length, flags));
  }

  /** sendmsg(2) of a {@code struct msghdr}. */
  public static long sendmsg(int fd, long msghdr, int flags) {
    return result(call3(SENDMSG, fd, msghdr, flags));
  }

  /** recvmsg(2) into a {@code struct msghdr}. */
  public static long recvmsg(int fd, long msghdr, int flags) {
    return result(call3(RECVMSG, fd, msghdr, flags));
  }

  /** setsockopt(2). */
  public static int setsockopt(int fd, int level, int name, long value, int length) {
    return intResult(call5(SETSOCKOPT, fd, level, name, value, length));
  }

  /** getsockopt(2). */
  public static int getsockopt(int fd, int level, int name, long value, long lengthAddress) {
    return intResult(call5(GETSOCKOPT, fd, level, name, value, lengthAddress));
  }

  /** getsockname(2). */
  public static int getsockname(int fd, long sockaddr, long lengthAddress) {
    return intResult(call3(GETSOCKNAME, fd, sockaddr, lengthAddress));
  }

  /** shutdown(2). */
  public static int shutdown(int fd, int how) {
    return intResult(call2(SHUTDOWN, fd, how));
  }

  /** poll(2) over an array of {@code struct pollfd}. */
  public static int poll(long pollfds, int count, int timeoutMillis) {
    return intResult(call3(POLL, pollfds, count, timeoutMillis));
  }

  /** ioctl(2) with the address of a structure or an integer. */
  public static int ioctl(int fd, long request, long argument) {
    return intResult(call3(IOCTL, fd, request, argument));
  }

  /** syscall(2) with up to five arguments. */
  public static long syscall(long number, long a, long b, long c, long d, long e) {
    return result(call6(SYSCALL, number, a, b, c, d, e));
  }

  /** getpid(2). */
  public static int getpid() {
    return (int) INVOKER.invokeN0(CALLS[0], GETPID);
  }

  /** geteuid(2). */
  public static int geteuid() {
    return (int) INVOKER.invokeN0(CALLS[0], GETEUID);
  }

  /** kill(2). */
  public static int kill(int pid, int signal) {
    return intResult(call2(KILL, pid, signal));
  }

  /** if_nametoindex(3); {@code -ENODEV} for an interface that does not exist. */
  public static int ifNameToIndex(String interfaceName) {
    long name = cString(interfaceName);
    try {
      int index = (int) call1(IF_NAMETOINDEX, name);
      return index == 0 ? -Errno.ENODEV.number() : index;
    } finally {
      Memory.release(name);
    }
  }
}
