package io.sluice.config;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;

/**
 * A copy of a shared file at the file's own address, for those who only look: what becomes of the
 * file later neither shows nor, if it shrinks, ends in a SIGBUS as it would in a private mapping.
 */
final class PrivateCopy {
  private PrivateCopy() {}

  /**
   * Makes it.
   *
   * @param length of the mapping, whole pages
   * @param placing {@code MAP_FIXED} over what the caller reserved, else {@code
   *     MAP_FIXED_NOREPLACE}
   * @param bytes to be read from the file's start
   * @return the address, or as {@link Libc#mmap}; {@code -EINVAL} if the file is shorter
   */
  static long map(long address, long length, int placing, int fd, long bytes) {
    int flags = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | placing;
    long mapped = Libc.mmap(address, length, Libc.PROT_READ | Libc.PROT_WRITE, flags, -1, 0);
    if (mapped == address && Libc.pread(fd, address, bytes, 0) != bytes) {
      Libc.munmap(address, length);
      return -Errno.EINVAL.number();
    }
    return mapped;
  }
}
