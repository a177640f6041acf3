package io.sluice.bench.rows;

import io.sluice.platform.Memory;

/** The two addresses at the begin of a frame. */
final class MacAddresses {
  private MacAddresses() {}

  /** Twelve bytes, as a word of eight and one of four. */
  static void swap(long frame) {
    long first = Memory.getLong(frame);
    int last = Memory.getInt(frame + 8);
    long source = first >>> 48 | (last & 0xffff_ffffL) << 16;
    Memory.putLong(frame, source | first << 48);
    Memory.putInt(frame + 8, (int) (first >>> 16));
  }
}
