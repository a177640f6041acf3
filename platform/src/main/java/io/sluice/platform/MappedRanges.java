package io.sluice.platform;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * What this process may touch through {@link Memory}: every mapping made by {@link Libc#mmap} with
 * access rights, and every block of {@link Memory#allocate}. Looked at only with {@code
 * -Dsluice.checks=true}. Thread-safe.
 */
final class MappedRanges {
  private static final ConcurrentSkipListMap<Long, Long> END_BY_START =
      new ConcurrentSkipListMap<>(Long::compareUnsigned);

  private MappedRanges() {}

  static void add(long start, long length) {
    if (Memory.CHECKS) {
      cut(start, length);
      END_BY_START.put(start, start + length);
    }
  }

  static void remove(long start) {
    if (Memory.CHECKS) {
      END_BY_START.remove(start);
    }
  }

  /** Takes a range out, whatever parts of known ranges it covers. */
  static synchronized void cut(long start, long length) {
    if (!Memory.CHECKS) {
      return;
    }
    long end = start + length;
    Map.Entry<Long, Long> below = END_BY_START.lowerEntry(end);
    while (below != null && Long.compareUnsigned(below.getValue(), start) > 0) {
      long rangeStart = below.getKey();
      long rangeEnd = below.getValue();
      // In this order no part that stays mapped is ever missing to a check of another thread.
      if (Long.compareUnsigned(rangeEnd, end) > 0) {
        END_BY_START.put(end, rangeEnd);
      }
      if (Long.compareUnsigned(rangeStart, start) < 0) {
        END_BY_START.put(rangeStart, start);
      } else {
        END_BY_START.remove(rangeStart);
      }
      below = END_BY_START.lowerEntry(end);
    }
  }

  /** Throws unless every byte is in a known range; 0 bytes may be anywhere. */
  static void check(long address, long length) {
    if (length < 0) {
      throw new IllegalMemoryAccessException(address, length);
    }
    long at = address;
    long end = address + length;
    while (at != end) {
      Map.Entry<Long, Long> range = END_BY_START.floorEntry(at);
      if (range == null || Long.compareUnsigned(range.getValue(), at) <= 0) {
        throw new IllegalMemoryAccessException(address, length);
      }
      at = Long.compareUnsigned(range.getValue(), end) < 0 ? range.getValue() : end;
    }
  }
}
