package io.sluice.samples.l3fwd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Memory;
import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The header that {@link Ipv4} leaves behind must still be one that it accepts. */
class Ipv4Properties {
  private static final int SIZE = 60;

  private static byte[] header(byte[] random, int words, int timeToLive) {
    ByteBuffer header = ByteBuffer.wrap(random.clone());
    header.put(0, (byte) (0x40 | words)).putShort(2, (short) SIZE).put(8, (byte) timeToLive);
    header.putShort(10, (short) 0);
    int sum = 0;
    for (int i = 0; i < words * 4; i += 2) {
      sum += header.getShort(i) & 0xffff;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return header.putShort(10, (short) ~sum).array();
  }

  @Property
  void shouldKeepTheChecksumRightWhenOneHopIsTaken(
      @ForAll @Size(SIZE) byte[] random,
      @ForAll @IntRange(min = 5, max = 15) int words,
      @ForAll @IntRange(min = 1, max = 255) int timeToLive) {
    long address = Memory.allocate(SIZE);
    try {
      Memory.copyFromBytes(header(random, words, timeToLive), 0, address, SIZE);
      assertTrue(Ipv4.isValid(address, SIZE));
      Ipv4.decrementTimeToLive(address);
      assertEquals(timeToLive - 1, Ipv4.timeToLive(address));
      assertTrue(Ipv4.isValid(address, SIZE));
    } finally {
      Memory.release(address);
    }
  }

  @Property
  void shouldRefuseAHeaderThatIsCutOrBroken(
      @ForAll @Size(SIZE) byte[] random,
      @ForAll @IntRange(min = 5, max = 15) int words,
      @ForAll @IntRange(min = 0, max = 7) int bit,
      @ForAll @IntRange(min = 1, max = 19) int at) {
    long address = Memory.allocate(SIZE);
    try {
      byte[] header = header(random, words, 64);
      Memory.copyFromBytes(header, 0, address, SIZE);
      assertFalse(Ipv4.isValid(address, SIZE - 1));
      assertFalse(Ipv4.isValid(address, Ipv4.MIN_HEADER - 1));
      Memory.putByte(address + at, (byte) (header[at] ^ 1 << bit));
      assertFalse(Ipv4.isValid(address, SIZE));
    } finally {
      Memory.release(address);
    }
  }
}
