package io.sluice.platform;

/**
 * Error numbers of Linux on x86-64 ({@code asm-generic/errno.h}) and DPDK's own, by their names.
 */
public enum Errno {
  EPERM(1),
  ENOENT(2),
  ESRCH(3),
  EINTR(4),
  EIO(5),
  ENXIO(6),
  E2BIG(7),
  EBADF(9),
  EAGAIN(11),
  ENOMEM(12),
  EACCES(13),
  EFAULT(14),
  EBUSY(16),
  EEXIST(17),
  EXDEV(18),
  ENODEV(19),
  ENOTDIR(20),
  EISDIR(21),
  EINVAL(22),
  ENFILE(23),
  EMFILE(24),
  EFBIG(27),
  ENOSPC(28),
  ESPIPE(29),
  EROFS(30),
  EPIPE(32),
  EDOM(33),
  ERANGE(34),
  ENAMETOOLONG(36),
  ENOSYS(38),
  ENOTEMPTY(39),
  EPROTO(71),
  EOVERFLOW(75),
  ENOTSOCK(88),
  EMSGSIZE(90),
  ENOPROTOOPT(92),
  EPROTONOSUPPORT(93),
  ENOTSUP(95),
  EAFNOSUPPORT(97),
  EADDRINUSE(98),
  EADDRNOTAVAIL(99),
  ENETDOWN(100),
  ENETUNREACH(101),
  ENOBUFS(105),
  EISCONN(106),
  ENOTCONN(107),
  ETIMEDOUT(110),
  ECONNREFUSED(111),
  EALREADY(114),
  EINPROGRESS(115),
  ECANCELED(125),
  /** Not in a secondary process ({@code rte_errno.h}). */
  E_RTE_SECONDARY(1001),
  /** No configuration to be had ({@code rte_errno.h}). */
  E_RTE_NO_CONFIG(1002),
  /** Any number not named here. */
  EUNKNOWN(-1);

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  /** The number libc uses. */
  public int number() {
    return number;
  }

  /** The name of a positive error number; {@link #EUNKNOWN} for one that is not listed. */
  public static Errno of(int number) {
    for (Errno errno : values()) {
      if (errno.number == number) {
        return errno;
      }
    }
    return EUNKNOWN;
  }

  /** The error in a result of {@link Libc}, which is the negative error number. */
  public static Errno ofResult(long result) {
    return of((int) -result);
  }
}
