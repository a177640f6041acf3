package io.sluice.samples;

import io.sluice.platform.Memory;

/**
 * A destination and a source as they lie at the begin of a frame, in two words: written packet by
 * packet, where a copy of six bytes out of an array is a call.
 */
public final class EthernetAddresses {
  private static final int LENGTH = 6;

  private final long first;
  private final int last;

  /** Of six bytes each. */
  public EthernetAddresses(byte[] destination, byte[] source) {
    long source48 = word(source);
    this.first = word(destination) | source48 << 48;
    this.last = (int) (source48 >>> 16);
  }

  /** The six bytes, the first one the lowest, as they are in memory. */
  private static long word(byte[] address) {
    long word = 0;
    for (int i = 0; i < LENGTH; i++) {
      word |= (address[i] & 0xffL) << 8 * i;
    }
    return word;
  }

  /** Writes both into a frame. */
  public void write(long frame) {
    Memory.putLong(frame, first);
    Memory.putInt(frame + 8, last);
  }
}
