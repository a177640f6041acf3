package io.sluice.mempool;

/**
 * {@code rte_mempool_calc_obj_size}: the bytes of an object and of what is ahead of and behind it.
 *
 * @param header bytes ahead, the object's header at their end
 * @param elt the object's own, a multiple of 8
 * @param trailer padding behind
 */
record ObjectSize(int header, int elt, int trailer) {
  private static final int CACHE_LINE = 64;

  /** DPDK's assumption where the machine does not say: {@code arch_mem_object_align}. */
  private static final int CHANNELS = 4;

  static ObjectSize of(int eltSize, int flags) {
    boolean align = (flags & Mempool.F_NO_CACHE_ALIGN) == 0;
    int header =
        align
            ? (int) MempoolCreation.alignUp(MempoolObjHdrLayout.SIZEOF, CACHE_LINE)
            : MempoolObjHdrLayout.SIZEOF;
    int elt = (int) MempoolCreation.alignUp(eltSize, 8);
    int total = header + elt;
    if (align) {
      total = (int) MempoolCreation.alignUp(total, CACHE_LINE);
    }
    if ((flags & Mempool.F_NO_SPREAD) == 0) {
      total = spread(total);
    }
    return new ObjectSize(header, elt, total - header - elt);
  }

  int total() {
    return header + elt + trailer;
  }

  /**
   * The next number of cache lines that shares no factor with the channels, so that objects rotate.
   */
  private static int spread(int total) {
    int lines = (total + CACHE_LINE - 1) / CACHE_LINE;
    while (gcd(lines, CHANNELS) != 1) {
      lines++;
    }
    return lines * CACHE_LINE;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
