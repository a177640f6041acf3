package io.sluice.primary;

import io.sluice.platform.Memory;

/**
 * Packets, bytes and cycles of one process, in shared memory; written by that process only. A new
 * primary goes on from the last one's.
 */
public final class Counters {
  private final long address;
  private long packets;
  private long bytes;
  private long cycles;

  Counters(long address) {
    this.address = address;
    this.packets = Memory.getLong(address + ForwardingLayout.PACKETS);
    this.bytes = Memory.getLong(address + ForwardingLayout.BYTES);
    this.cycles = Memory.getLong(address + ForwardingLayout.CYCLES);
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

  /** Starts again from 0. */
  void reset() {
    packets = 0;
    bytes = 0;
    cycles = 0;
    add(0, 0, 0);
  }
}
