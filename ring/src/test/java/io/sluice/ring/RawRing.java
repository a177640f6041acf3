package io.sluice.ring;

import io.sluice.platform.Memory;

/** A ring in private memory, for tests of one JVM. */
final class RawRing implements AutoCloseable {
  private final long block;
  final Ring ring;

  RawRing(int count, int flags) {
    int slots = (flags & Ring.EXACT_SZ) == 0 ? count : Integer.highestOneBit(count) << 1;
    block = Memory.allocate(Ring.memsize(slots) + 64);
    ring = Ring.init(block + 63 & -64, "raw", count, flags);
  }

  /** Starts all indices at a position, so that wrap-around is near. */
  void startAt(int position) {
    ring.prod.set(position);
    ring.cons.set(position);
  }

  @Override
  public void close() {
    Memory.release(block);
  }
}
