package io.sluice.memseg;

import java.util.HashMap;
import java.util.Map;

/**
 * How much of each type this process may allocate ({@code rte_malloc_set_limit}, which DPDK
 * declares and leaves empty). The bookkeeping is this process's own: only blocks that it allocated
 * itself after the limit was set count, and one freed by another process stays counted until its
 * address is given out here again. Thread-safe.
 */
final class TypeLimits {
  private static final Booking UNCOUNTED = new Booking(null, 0);

  private final Map<String, Long> limits = new HashMap<>();
  private final Map<String, Long> used = new HashMap<>();
  private final Map<Long, Booking> blocks = new HashMap<>();

  /** What is counted for one block; nothing where its type has no limit. */
  record Booking(String type, long size) {}

  synchronized void set(String type, long bytes) {
    limits.put(type, bytes);
  }

  /** Books {@code size} bytes for a type, which may be null; null if they exceed its limit. */
  synchronized Booking book(String type, long size) {
    Long limit = limits.get(type);
    if (limit == null) {
      return UNCOUNTED;
    }
    if (!add(type, size)) {
      return null;
    }
    return new Booking(type, size);
  }

  private boolean add(String type, long size) {
    long before = used.getOrDefault(type, 0L);
    if (size > 0 && size > limits.get(type) - before) {
      return false;
    }
    used.put(type, before + size);
    return true;
  }

  /** Ties what was booked to its block, or gives it back when the block is 0. */
  synchronized void settle(Booking booking, long block) {
    if (block != 0) {
      release(block);
    }
    if (booking == UNCOUNTED) {
      return;
    }
    if (block == 0) {
      add(booking.type, -booking.size);
    } else {
      blocks.put(block, booking);
    }
  }

  /**
   * Books another size for a block that is resized where it lies; false if it exceeds the limit.
   */
  synchronized boolean resize(long block, long size) {
    Booking booked = blocks.get(block);
    if (booked == null) {
      return true;
    }
    boolean within = add(booked.type, size - booked.size);
    if (within) {
      blocks.put(block, new Booking(booked.type, size));
    }
    return within;
  }

  /** Gives back what a block had booked that is about to be free. */
  synchronized void release(long block) {
    Booking booked = blocks.remove(block);
    if (booked != null) {
      add(booked.type, -booked.size);
    }
  }

  /** What is booked for a block; of no type if nothing is. */
  synchronized Booking of(long block) {
    return blocks.getOrDefault(block, UNCOUNTED);
  }
}
