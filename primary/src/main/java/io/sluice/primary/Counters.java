package io.sluice.primary;

import io.sluice.platform.Memory;

/**
 * Packets, bytes, cycles and drops of one process, in shared memory; written by that process only.
 * A new primary goes on from the last one's.
 */
public final class Counters {
  private final long address;
  private long packets;
  private long bytes;
  private long cycles;
  private long drops;

  Counters(long address) {
    this.address = address;
    this.packets = Memory.getLong(address + ForwardingLayout.PACKETS);
    this.bytes = Memory.getLong(address + ForwardingLayout.BYTES);
    this.cycles = Memory.getLong(address + ForwardingLayout.CYCLES);
    this.drops = Memory.getLong(address + ForwardingLayout.DROPS);
  }

  /** Adds, and publishes the sums with release. */
  public void add(int morePackets, long moreBytes, long moreCycles) {
    packets += morePackets;
    bytes += moreBytes;
    cycles += moreCycles;
    Memory.putLongRelease(address + ForwardingLayout.CYCLES, cycles);
    Memory.putLongRelease(address + ForwardingLayout.BYTES, bytes);
    Memory.putLongRelease(address + ForwardingLayout.PACKETS, packets);
  }

  /**
   * Adds packets that the process has freed in place of passing them on; published with release.
   */
  public void drop(long more) {
    drops += more;
    Memory.putLongRelease(address + ForwardingLayout.DROPS, drops);
  }

  /** Packets dropped since the counters began at 0. */
  public long drops() {
    return drops;
  }

  /** Starts again from 0. */
  void reset() {
    packets = 0;
    bytes = 0;
    cycles = 0;
    drops = 0;
    add(0, 0, 0);
    drop(0);
  }
}
