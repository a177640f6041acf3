package io.sluice.config;

/**
 * Offsets of {@code struct malloc_elem} of DPDK 22.11 ({@code malloc_elem.h}).
 *
 * <pre>
 *   offset  bytes  field
 *        0  8      heap
 *        8  8      prev
 *       16  8      next
 *       24  8      free_list_next
 *       32  8      free_list_pprev
 *       40  8      msl
 *       48  4      bits
 *       52  4      pad
 *       56  8      size
 *       64  8      orig_elem
 *       72  8      orig_size
 *      128         end
 * </pre>
 */
public final class MallocElemLayout {
  public static final int HEAP = 0;
  public static final int PREV = 8;
  public static final int NEXT = 16;
  public static final int FREE_LIST_NEXT = 24;
  public static final int FREE_LIST_PPREV = 32;
  public static final int MSL = 40;
  public static final int BITS = 48;
  public static final int PAD = 52;
  public static final int SIZE = 56;
  public static final int ORIG_ELEM = 64;
  public static final int ORIG_SIZE = 72;

  /** Bytes of the whole structure. */
  public static final int SIZEOF = 128;

  private MallocElemLayout() {}
}
