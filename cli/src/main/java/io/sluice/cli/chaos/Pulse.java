package io.sluice.cli.chaos;

import io.sluice.platform.Memory;

/** How a member goes on: written by its process, one after the other, and read by the run's. */
final class Pulse {
  /** Shorter ones are everyday. */
  static final long GAP_NANOS = 2_000_000;

  private final long slot;

  /** That of a member, in the zone of {@link ChaosLayout}. */
  Pulse(long zone, int member) {
    this.slot = zone + ChaosLayout.FIRST_MEMBER + (long) member * ChaosLayout.MEMBER_SIZEOF;
  }

  /** Of time in {@link System#nanoTime}, which all processes of a machine have in common. */
  interface GapVisitor {
    void visit(long begin, long end);
  }

  /** Notes one turn, with what it has brought on its way and when it began and ended. */
  void turn(int packets, long began, long ended) {
    Memory.putLongRelease(slot + ChaosLayout.TURNS, turns() + 1);
    if (packets > 0) {
      Memory.putLongRelease(slot + ChaosLayout.PACKETS, packets() + packets);
    }
    if (ended - began > GAP_NANOS) {
      long count = gaps();
      long gap = gap(count);
      Memory.putLong(gap + ChaosLayout.GAP_BEGIN, began);
      Memory.putLong(gap + ChaosLayout.GAP_END, ended);
      Memory.putLongRelease(slot + ChaosLayout.GAPS, count + 1);
    }
  }

  private long gap(long index) {
    return slot
        + ChaosLayout.FIRST_GAP
        + (index % ChaosLayout.MAX_GAPS) * (long) ChaosLayout.GAP_SIZEOF;
  }

  long turns() {
    return Memory.getLongVolatile(slot + ChaosLayout.TURNS);
  }

  long packets() {
    return Memory.getLongVolatile(slot + ChaosLayout.PACKETS);
  }

  /** How many gaps were noted so far. */
  long gaps() {
    return Memory.getLongVolatile(slot + ChaosLayout.GAPS);
  }

  /** Visits the gaps from the given one on, as far as they are there still; gives their number. */
  long forEachGap(long from, GapVisitor visitor) {
    long count = gaps();
    for (long i = Math.max(from, count - ChaosLayout.MAX_GAPS); i < count; i++) {
      visitor.visit(
          Memory.getLong(gap(i) + ChaosLayout.GAP_BEGIN),
          Memory.getLong(gap(i) + ChaosLayout.GAP_END));
    }
    return count;
  }
}
