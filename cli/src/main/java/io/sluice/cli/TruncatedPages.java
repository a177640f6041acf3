package io.sluice.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Page files that somebody has made shorter under this process. Touching what was behind their new
 * end raises SIGBUS, of which the JVM makes an {@link InternalError} in whatever thread it was; but
 * a compare-and-set that is interpreted still, it does not survive.
 */
final class TruncatedPages {
  private static final Path MAPS = Path.of("/proc/self/maps");

  /** Address range, offset and path of a page file that was not deleted. */
  private static final String PAGE_FILE =
      "([0-9a-f]+)-([0-9a-f]+) \\S+ ([0-9a-f]+) \\S+ \\d+ +(/.*/(.+)map_[0-9]+)";

  private static final int FROM = 1;
  private static final int TO = 2;
  private static final int OFFSET = 3;
  private static final int FILE = 4;
  private static final int PREFIX = 5;
  private static final int HEX = 16;

  private TruncatedPages() {}

  /** From now on a thread that touches such a page ends the process with one line and code 1. */
  static void endProcessWhenTouched() {
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> {
          endProcessIfCauseOf(failure);
          System.err.print("Exception in thread \"" + thread.getName() + "\" ");
          failure.printStackTrace();
        });
  }

  /**
   * Ends the process if that is what has caused a failure; at once, as no memory can be trusted.
   */
  private static void endProcessIfCauseOf(Throwable failure) {
    String line = failure instanceof InternalError ? describe() : null;
    if (line != null) {
      System.err.println("sluice: " + line);
      Runtime.getRuntime().halt(1);
    }
  }

  /** The first such file and the cure; null if there is none. */
  static String describe() {
    Pattern pageFile = Pattern.compile(PAGE_FILE);
    try {
      for (String line : Files.readAllLines(MAPS)) {
        Matcher mapped = pageFile.matcher(line);
        if (mapped.matches()) {
          long end = number(mapped, OFFSET) + number(mapped, TO) - number(mapped, FROM);
          long size = Files.size(Path.of(mapped.group(FILE)));
          if (size < end) {
            return mapped.group(FILE)
                + " was cut from "
                + end
                + " to "
                + size
                + " bytes under this process; stop all others of the prefix and run sluice clean"
                + " --file-prefix "
                + mapped.group(PREFIX);
          }
        }
      }
    } catch (IOException e) {
      // A file that was deleted meanwhile keeps its pages as long as they are mapped.
      return null;
    }
    return null;
  }

  private static long number(Matcher mapped, int group) {
    return Long.parseUnsignedLong(mapped.group(group), HEX);
  }
}
