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

  /** Objects spread over so many memory channels of so many ranks, unless the flags say no. */
  static ObjectSize of(int eltSize, int flags, int channels, int ranks) {
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
      total = spread(total, channels * ranks);
    }
    return new ObjectSize(header, elt, total - header - elt);
  }

  int total() {
    return header + elt + trailer;
  }

  /**
   * {@code arch_mem_object_align}: the next number of cache lines that shares no factor with the
   * channels and ranks, so that the first lines of objects rotate through all of them.
   */
  private static int spread(int total, int places) {
    int lines = (total + CACHE_LINE - 1) / CACHE_LINE;
    while (gcd(lines, places) != 1) {
      lines++;
    }
    return lines * CACHE_LINE;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
