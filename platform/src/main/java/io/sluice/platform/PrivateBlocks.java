package io.sluice.platform;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** The blocks of {@link Memory#allocate}, which no other process sees; for {@link StoreFaults}. */
final class PrivateBlocks {
  private static final ConcurrentSkipListMap<Long, Long> END_BY_START =
      new ConcurrentSkipListMap<>(Long::compareUnsigned);

  private PrivateBlocks() {}

  static void add(long start, long length) {
    if (StoreFaults.ENABLED) {
      END_BY_START.put(start, start + length);
    }
  }

  static void remove(long start) {
    if (StoreFaults.ENABLED) {
      END_BY_START.remove(start);
    }
  }

  static boolean contains(long address) {
    Map.Entry<Long, Long> block = END_BY_START.floorEntry(address);
    return block != null && Long.compareUnsigned(address, block.getValue()) < 0;
  }
}
