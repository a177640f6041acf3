package io.sluice.platform;

/**
 * A set-up call that failed: one line with the object, the wrong value and the cure, and the errno
 * that DPDK would have set.
 */
public class SluiceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Errno errno;

  /**
   * Makes the error.
   *
   * @param errno what kind of failure
   * @param message one line: what was wrong, with its value, and what cures it
   */
  public SluiceException(Errno errno, String message) {
    this(errno, message, null);
  }

  /** Makes the error, with what caused it. */
  public SluiceException(Errno errno, String message, Throwable cause) {
    super(message + " (" + errno + ")", cause);
    this.errno = errno;
  }

  /** The kind of failure, as DPDK's {@code rte_errno} would say it. */
  public final Errno errno() {
    return errno;
  }
}
