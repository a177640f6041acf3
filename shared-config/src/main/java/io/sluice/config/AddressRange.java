package io.sluice.config;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.SluiceException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What to say when a range of addresses that must be free is not. */
public final class AddressRange {
  private AddressRange() {}

  /** As /proc/self/maps writes it, with 0x. */
  public static String text(long start, long end) {
    return "0x" + Long.toHexString(start) + "-0x" + Long.toHexString(end);
  }

  /**
   * The error of a {@code MAP_FIXED_NOREPLACE} that failed.
   *
   * @param what could not be done, as a verb
   * @param result of mmap: the negative error number, or another address
   * @param cure what the user can do
   */
  public static SluiceException taken(String what, long start, long end, long result, String cure) {
    Errno errno = Libc.isError(result) ? Errno.ofResult(result) : Errno.EEXIST;
    String text = "cannot " + what + " at " + text(start, end);
    String inTheWay = errno == Errno.EEXIST ? lineInTheWay(start, end) : null;
    if (inTheWay != null) {
      text += ": '" + inTheWay + "' of /proc/self/maps is in the way";
    }
    return new SluiceException(errno, text + "; " + cure);
  }

  /** The first mapping of this process that overlaps the range, as the kernel prints it. */
  private static String lineInTheWay(long start, long end) {
    try (BufferedReader maps = Files.newBufferedReader(Path.of("/proc/self/maps"))) {
      for (String line = maps.readLine(); line != null; line = maps.readLine()) {
        int dash = line.indexOf('-');
        int space = line.indexOf(' ');
        long from = Long.parseUnsignedLong(line.substring(0, dash), 16);
        long to = Long.parseUnsignedLong(line.substring(dash + 1, space), 16);
        if (Long.compareUnsigned(from, end) < 0 && Long.compareUnsigned(to, start) > 0) {
          return line.replaceAll(" +", " ").strip();
        }
      }
    } catch (IOException e) {
      // The reservation's own error is what the user has to know.
      return null;
    }
    return null;
  }
}
