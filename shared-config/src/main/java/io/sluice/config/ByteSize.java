package io.sluice.config;

/** {@code rte_str_to_size}: sizes as people write them. */
public final class ByteSize {
  private static final String UNITS = "kmg";

  private ByteSize() {}

  /**
   * The bytes that a text says: a number as C writes it (decimal, octal behind {@code 0},
   * hexadecimal behind {@code 0x}) and, after one space at most, {@code k}, {@code M} or {@code G}
   * in either case for powers of 1024. What follows is not read, so {@code 2MB} is {@code 2M}.
   *
   * @return the bytes as an unsigned number; 0 for what is negative, no number or beyond 64 bits
   */
  public static long parse(String text) {
    String rest = text.stripLeading();
    int radix = 10;
    int start = 0;
    if (rest.length() > 2
        && rest.charAt(0) == '0'
        && Character.toLowerCase(rest.charAt(1)) == 'x'
        && Character.digit(rest.charAt(2), 16) >= 0) {
      radix = 16;
      start = 2;
    } else if (rest.startsWith("0")) {
      radix = 8;
    }
    int end = start;
    while (end < rest.length() && Character.digit(rest.charAt(end), radix) >= 0) {
      end++;
    }
    long number;
    try {
      number = Long.parseUnsignedLong(rest, start, end, radix);
    } catch (NumberFormatException e) {
      return 0;
    }
    if (end < rest.length() && rest.charAt(end) == ' ') {
      end++;
    }
    int unit = end < rest.length() ? UNITS.indexOf(Character.toLowerCase(rest.charAt(end))) : -1;
    return number << 10 * (unit + 1);
  }
}
