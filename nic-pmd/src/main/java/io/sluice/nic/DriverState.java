package io.sluice.nic;

import io.sluice.platform.Memory;
import java.util.Objects;

/**
 * A driver's own 64 words of shared memory for one port, what DPDK has in {@code dev_private}:
 * plain data from which another process opens the port's queues. Written while the port is opened,
 * before its name is published with release; constant from then on.
 */
public final class DriverState {
  private final long words;

  DriverState(long words) {
    this.words = words;
  }

  /** A word. */
  public long get(int index) {
    return Memory.getLong(address(index));
  }

  /** Sets a word; only while the port is opened. */
  public void set(int index, long value) {
    Memory.putLong(address(index), value);
  }

  private long address(int index) {
    return words + (long) Long.BYTES * Objects.checkIndex(index, EthQueueLayout.DRIVER_WORD_COUNT);
  }
}
