package io.sluice.memseg;

/**
 * Offsets of {@code struct malloc_mp_req} of 22.11 ({@code malloc_mp.h}): what secondaries and the
 * primary say to each other about pages.
 *
 * <pre>
 *   offset  bytes  field
 *        0  4      t: 0 alloc, 1 free, 2 sync
 *                  alloc_req                     free_req
 *        8         malloc_heap_idx (4)           addr (8)
 *       16         page_sz (8)                   len (8)
 *       24         elt_size (8)
 *       32         socket (4)
 *       36         flags (4)
 *       40         align (8)
 *       48         bound (8)
 *       56         contig (1)
 *       64  8      id
 *       72  4      result: 0 success, 1 failure
 *       80         end
 * </pre>
 */
public final class MallocRequestLayout {
  public static final int TYPE = 0;
  public static final int HEAP_INDEX = 8;
  public static final int PAGE_SZ = 16;
  public static final int ELT_SIZE = 24;
  public static final int SOCKET = 32;
  public static final int ALLOC_FLAGS = 36;
  public static final int ALIGN = 40;
  public static final int BOUND = 48;
  public static final int CONTIG = 56;
  public static final int ADDR = 8;
  public static final int LEN = 16;
  public static final int ID = 64;
  public static final int RESULT = 72;

  /** Bytes of the whole structure. */
  public static final int SIZEOF = 80;

  private MallocRequestLayout() {}
}
