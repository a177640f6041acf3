package io.sluice.memseg;

import java.util.HashMap;
import java.util.Map;

/**
 * How much of each type this process may allocate ({@code rte_malloc_set_limit}, which DPDK
 * declares and leaves empty). The bookkeeping is this process's own: only blocks of limited types
 * that it allocated itself count, and a block freed by another process stays counted here.
 * Thread-safe.
 */
final class TypeLimits {
  private final Map<String, Long> limits = new HashMap<>();
  private final Map<String, Long> used = new HashMap<>();
  private final Map<Long, Block> blocks = new HashMap<>();

  private record Block(String type, long size) {}

  synchronized void set(String type, long bytes) {
    limits.put(type, bytes);
  }

  /** Books {@code size} bytes for a type; false if they would exceed its limit. */
  synchronized boolean book(String type, long size) {
    Long limit = limits.get(type);
    if (limit == null) {
      return true;
    }
    long after = used.getOrDefault(type, 0L) + size;
    if (size > limit || after > limit) {
      return false;
    }
    used.put(type, after);
    return true;
  }

  /** Ties what was booked to its block, or gives it back when the block is 0. */
  synchronized void settle(String type, long size, long block) {
    if (!limits.containsKey(type)) {
      return;
    }
    if (block == 0) {
      used.merge(type, -size, Long::sum);
    } else {
      blocks.put(block, new Block(type, size));
    }
  }

  /** Gives back what a freed block had booked. */
  synchronized void release(long block) {
    Block booked = blocks.remove(block);
    if (booked != null) {
      used.merge(booked.type, -booked.size, Long::sum);
    }
  }

  /** The type a block was booked under, or null. */
  synchronized String typeOf(long block) {
    Block booked = blocks.get(block);
    return booked == null ? null : booked.type;
  }
}
