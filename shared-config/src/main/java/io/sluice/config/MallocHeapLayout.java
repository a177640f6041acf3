package io.sluice.config;

/**
 * Offsets of {@code struct malloc_heap} of DPDK 22.11 ({@code malloc_heap.h}).
 *
 * <pre>
 *   offset  bytes  field
 *        0  4      lock
 *        8  104    free_head
 *      112  8      first
 *      120  8      last
 *      128  4      alloc_count
 *      132  4      socket_id
 *      136  8      total_size
 *      144  32     name
 *      192         end
 * </pre>
 */
public final class MallocHeapLayout {
  public static final int LOCK = 0;
  public static final int FREE_HEAD = 8;
  public static final int FIRST = 112;
  public static final int LAST = 120;
  public static final int ALLOC_COUNT = 128;
  public static final int SOCKET_ID = 132;
  public static final int TOTAL_SIZE = 136;
  public static final int NAME = 144;

  /** Bytes of the whole structure. */
  public static final int SIZEOF = 192;

  private MallocHeapLayout() {}
}
