package io.sluice.memseg;

import io.sluice.config.AddressRange;
import io.sluice.platform.Libc;
import io.sluice.platform.SluiceException;

/**
 * The one range of virtual addresses that everything shared lies in, reserved without access rights
 * ({@code PROT_NONE}) before anything is mapped, so that nothing else can get in between.
 *
 * <p>The reservation is {@code MAP_FIXED_NOREPLACE}: it never takes the place of something that is
 * already there. {@code MAP_FIXED} is used only inside the reservation, which is this object's own.
 * A range given back ({@link #uncover}) becomes reserved again, so the window never has a hole that
 * a library could map into.
 *
 * <p>Set-up code of one thread, and page allocation under the hotplug lock; not thread-safe.
 */
public final class VaWindow implements AutoCloseable {
  private static final int RESERVE =
      Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE | Libc.MAP_FIXED_NOREPLACE;

  private final long start;
  private final long end;
  private boolean open = true;

  private VaWindow(long start, long end) {
    this.start = start;
    this.end = end;
  }

  /**
   * Reserves {@code [start, end)}.
   *
   * @param cure what the user can do when the range is taken
   * @throws SluiceException EEXIST if something is mapped there, naming it
   */
  public static VaWindow reserve(long start, long end, String cure) {
    long mapped = Libc.mmap(start, end - start, Libc.PROT_NONE, RESERVE, -1, 0);
    if (mapped == start) {
      return new VaWindow(start, end);
    }
    if (!Libc.isError(mapped)) {
      // A kernel before 4.17 does not know MAP_FIXED_NOREPLACE and takes the address as a hint.
      Libc.munmap(mapped, end - start);
    }
    throw AddressRange.taken("reserve addresses", start, end, mapped, cure);
  }

  private boolean contains(long address, long length) {
    return address >= start && address + length <= end && length >= 0;
  }

  /**
   * Maps a part of a file over a part of the reservation, shared and with its page tables filled.
   *
   * @return 0, or the negative error number; the range is then reserved as before
   */
  int cover(long address, long length, int fd, long offset, boolean writable) {
    requireInside(address, length);
    long mapped =
        Libc.mmap(
            address,
            length,
            writable ? Libc.PROT_READ | Libc.PROT_WRITE : Libc.PROT_READ,
            Libc.MAP_SHARED | Libc.MAP_FIXED | Libc.MAP_POPULATE,
            fd,
            offset);
    if (mapped == address) {
      return 0;
    }
    // A failed MAP_FIXED may have unmapped what was there.
    uncover(address, length);
    return (int) mapped;
  }

  /** Takes the mapping away and reserves the range again in the same step. */
  int uncover(long address, long length) {
    requireInside(address, length);
    long mapped =
        Libc.mmap(
            address,
            length,
            Libc.PROT_NONE,
            Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE | Libc.MAP_FIXED,
            -1,
            0);
    return mapped == address ? 0 : (int) mapped;
  }

  private void requireInside(long address, long length) {
    if (!open || !contains(address, length)) {
      throw new IllegalArgumentException(
          AddressRange.text(address, address + length)
              + " is outside the window "
              + AddressRange.text(start, end));
    }
  }

  /** Unmaps everything in the window and gives the reservation back. */
  @Override
  public void close() {
    if (open) {
      open = false;
      Libc.munmap(start, end - start);
    }
  }
}
