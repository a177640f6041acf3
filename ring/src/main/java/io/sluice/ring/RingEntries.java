package io.sluice.ring;

import io.sluice.platform.Memory;

/**
 * The table of 8-byte entries behind a ring's header, of a size of {@code mask + 1}. A run of
 * entries begins at a head, which counts on for ever, and goes on at the table's begin when it
 * comes to its end.
 *
 * <p>Plain copies: who claimed the run has it to itself until it is published.
 */
final class RingEntries {
  private RingEntries() {}

  static void write(long ring, int mask, int head, long[] objs, int offset, int count) {
    int slot = head & mask;
    int first = mask + 1 - slot;
    long table = ring + RingLayout.SIZEOF;
    long run = table + ((long) slot << 3);
    if (count <= first) {
      Memory.copyFromLongs(objs, offset, run, count);
    } else {
      Memory.copyFromLongs(objs, offset, run, first);
      Memory.copyFromLongs(objs, offset + first, table, count - first);
    }
  }

  static void read(long ring, int mask, int head, long[] objs, int offset, int count) {
    int slot = head & mask;
    int first = mask + 1 - slot;
    long table = ring + RingLayout.SIZEOF;
    long run = table + ((long) slot << 3);
    if (count <= first) {
      Memory.copyToLongs(run, objs, offset, count);
    } else {
      Memory.copyToLongs(run, objs, offset, first);
      Memory.copyToLongs(table, objs, offset + first, count - first);
    }
  }

  /** Writes entries that lie in memory. */
  static void writeFrom(long ring, int mask, int head, long from, int count) {
    int slot = head & mask;
    int first = Math.min(count, mask + 1 - slot);
    long table = ring + RingLayout.SIZEOF;
    Memory.copy(from, table + ((long) slot << 3), (long) first << 3);
    if (first < count) {
      Memory.copy(from + ((long) first << 3), table, (long) (count - first) << 3);
    }
  }

  /** Reads entries into memory. */
  static void readTo(long ring, int mask, int head, long to, int count) {
    int slot = head & mask;
    int first = Math.min(count, mask + 1 - slot);
    long table = ring + RingLayout.SIZEOF;
    Memory.copy(table + ((long) slot << 3), to, (long) first << 3);
    if (first < count) {
      Memory.copy(table, to + ((long) first << 3), (long) (count - first) << 3);
    }
  }
}
