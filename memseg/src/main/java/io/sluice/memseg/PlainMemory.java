package io.sluice.memseg;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What plain files may take. Hugepages are set aside before; a file in /dev/shm takes memory that
 * the machine's other processes live on, and the kernel kills one of them when it runs out rather
 * than refuse.
 */
final class PlainMemory {
  /** This part of the machine's memory stays free. */
  private static final int PART_LEFT = 8;

  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final Pattern LINE = Pattern.compile("(MemTotal|MemAvailable): +(\\d+) kB");

  private PlainMemory() {}

  /** Whether so many bytes more in files of this directory would leave the machine short. */
  static boolean isShort(String directory, long bytes) {
    return directory.equals(HugepageSources.PLAIN_DIRECTORY) && bytes > left();
  }

  /** Bytes that files may still take. */
  static long left() {
    return left(readMeminfo());
  }

  private static String readMeminfo() {
    try {
      return Files.readString(MEMINFO);
    } catch (IOException e) {
      // Without it nothing is known, and the file system decides.
      return "";
    }
  }

  static long left(String meminfo) {
    long total = 0;
    long available = Long.MAX_VALUE;
    Matcher line = LINE.matcher(meminfo);
    while (line.find()) {
      long value = Long.parseLong(line.group(2)) << 10;
      if (line.group(1).equals("MemTotal")) {
        total = value;
      } else {
        available = value;
      }
    }
    return available - total / PART_LEFT;
  }
}
