package io.sluice.memseg;

/** {@code RTE_MEMZONE_*} flags that ask for a page size ({@code rte_memzone.h}). */
public final class PageSizeFlags {
  public static final int MZ_2MB = 0x1;
  public static final int MZ_1GB = 0x2;
  public static final int MZ_16MB = 0x100;
  public static final int MZ_16GB = 0x200;
  public static final int MZ_256KB = 0x10000;
  public static final int MZ_256MB = 0x20000;
  public static final int MZ_512MB = 0x40000;
  public static final int MZ_4GB = 0x80000;

  /** The page size asked for is a wish: others do when there is none of it. */
  public static final int SIZE_HINT_ONLY = 0x4;

  /** All of them. */
  public static final int ALL =
      MZ_2MB
          | MZ_1GB
          | MZ_16MB
          | MZ_16GB
          | MZ_256KB
          | MZ_256MB
          | MZ_512MB
          | MZ_4GB
          | SIZE_HINT_ONLY;

  private PageSizeFlags() {}

  /** Whether pages of that size are among those asked for, or none was asked for. */
  static boolean allows(int flags, long pageSize) {
    return (flags & ~SIZE_HINT_ONLY) == 0 || (flags & flagOf(pageSize)) != 0;
  }

  static boolean isHintOnly(int flags) {
    return (flags & SIZE_HINT_ONLY) != 0;
  }

  private static int flagOf(long pageSize) {
    return switch (Long.numberOfTrailingZeros(pageSize)) {
      case 18 -> MZ_256KB;
      case 21 -> MZ_2MB;
      case 24 -> MZ_16MB;
      case 28 -> MZ_256MB;
      case 29 -> MZ_512MB;
      case 30 -> MZ_1GB;
      case 32 -> MZ_4GB;
      case 34 -> MZ_16GB;
      default -> 0;
    };
  }
}
