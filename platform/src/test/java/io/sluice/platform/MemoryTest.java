package io.sluice.platform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryTest {
  private static final int SIZE = 256;

  private long address;

  @BeforeEach
  void allocate() {
    address = Memory.allocate(SIZE);
  }

  @AfterEach
  void release() {
    Memory.release(address);
  }

  @Test
  void shouldHaveItsChecksOnInTests() {
    assertTrue(Memory.CHECKS);
  }

  @Test
  void shouldGiveZeroedMemory() {
    byte[] bytes = new byte[SIZE];
    bytes[7] = 1;
    Memory.copyToBytes(address, bytes, 0, SIZE);
    assertArrayEquals(new byte[SIZE], bytes);
  }

  @Test
  void shouldReadWhatEveryKindOfStoreWroteInLittleEndian() {
    Memory.putLong(address, 0x0807060504030201L);
    assertEquals(1, Memory.getByte(address));
    assertEquals(0x0201, Memory.getShort(address));
    assertEquals(0x04030201, Memory.getInt(address));
    Memory.putByteVolatile(address, (byte) 0x11);
    assertEquals(0x11, Memory.getByteVolatile(address));
    Memory.putShortVolatile(address + 2, (short) 0x2222);
    assertEquals(0x2222, Memory.getShortVolatile(address + 2));
    Memory.putIntVolatile(address + 4, 0x33333333);
    assertEquals(0x33333333, Memory.getIntVolatile(address + 4));
    assertEquals(0x3333333322220211L, Memory.getLongVolatile(address));
    Memory.putIntRelease(address, -1);
    assertEquals(-1, Memory.getIntAcquire(address));
    Memory.putLongRelease(address, Long.MIN_VALUE);
    assertEquals(Long.MIN_VALUE, Memory.getLongAcquire(address));
    Memory.putLongVolatile(address, 5);
    Memory.putByte(address + 1, (byte) 1);
    Memory.putShort(address + 2, (short) 1);
    Memory.putInt(address + 4, 1);
    assertEquals(0x0000000100010105L, Memory.getLong(address));
  }

  @Test
  void shouldReadUnsignedFields() {
    Memory.putInt(address, -2);
    assertEquals(0xfffe, Memory.getUnsignedShort(address));
    assertEquals(0xfffffffeL, Memory.getUnsignedInt(address));
  }

  @Test
  void shouldStoreOnlyWhatWasExpected() {
    Memory.putInt(address, 3);
    assertFalse(Memory.compareAndSetInt(address, 4, 5));
    assertTrue(Memory.compareAndSetInt(address, 3, 5));
    assertEquals(5, Memory.getAndAddInt(address, -7));
    assertEquals(-2, Memory.getAndSetInt(address, 9));
    assertEquals(9, Memory.getInt(address));
    Memory.putLong(address, 3);
    assertFalse(Memory.compareAndSetLong(address, 4, 5));
    assertTrue(Memory.compareAndSetLong(address, 3, 1L << 40));
    assertEquals(1L << 40, Memory.getAndAddLong(address, 1));
    assertEquals((1L << 40) + 1, Memory.getAndSetLong(address, 2));
    assertEquals(2, Memory.getLong(address));
  }

  @Test
  void shouldCountEveryAdditionOfSeveralThreads() {
    int threads = 4;
    int rounds = 10_000;
    IntStream.range(0, threads)
        .mapToObj(
            t ->
                new Thread(
                    () -> {
                      for (int i = 0; i < rounds; i++) {
                        Memory.getAndAddLong(address, 1);
                      }
                    }))
        .peek(Thread::start)
        .toList()
        .forEach(MemoryTest::join);
    assertEquals((long) threads * rounds, Memory.getLongVolatile(address));
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldCopyBetweenArraysAndMemoryWithinTheirOffsets() {
    byte[] bytes = "0123456789".getBytes(StandardCharsets.US_ASCII);
    Memory.copyFromBytes(bytes, 2, address + 1, 4);
    byte[] back = new byte[8];
    Memory.copyToBytes(address, back, 1, 6);
    assertArrayEquals(new byte[] {0, 0, '2', '3', '4', '5', 0, 0}, back);
    long[] longs = {1, 2, 3, 4};
    Memory.copyFromLongs(longs, 1, address, 2);
    long[] longsBack = new long[4];
    Memory.copyToLongs(address, longsBack, 2, 2);
    assertArrayEquals(new long[] {0, 0, 2, 3}, longsBack);
    Memory.copy(address, address + 64, 16);
    assertEquals(3, Memory.getLong(address + 72));
    Memory.fill(address + 64, 16, (byte) 0xff);
    assertEquals(-1, Memory.getLong(address + 72));
    assertEquals(0, Memory.getLong(address + 80));
  }

  @Test
  void shouldRefuseAnArrayRangeOutsideTheArray() {
    byte[] bytes = new byte[4];
    assertThrows(IndexOutOfBoundsException.class, () -> Memory.copyFromBytes(bytes, 2, address, 3));
    assertThrows(IndexOutOfBoundsException.class, () -> Memory.copyToBytes(address, bytes, -1, 2));
  }

  @Test
  void shouldWriteStringsWithTheirNulAndZeroTheRest() {
    Memory.fill(address, 16, (byte) 'x');
    Memory.putString(address, 8, "ring");
    assertEquals("ring", Memory.getString(address, 8));
    assertEquals(0, Memory.getInt(address + 4));
    assertEquals('x', Memory.getByte(address + 8));
    Memory.putString(address, 8, "seven..");
    assertEquals("seven..", Memory.getString(address, 8));
    assertThrows(IllegalArgumentException.class, () -> Memory.putString(address, 8, "eight..."));
  }

  @Test
  void shouldReadAFieldWithoutNulToItsEnd() {
    Memory.fill(address, 16, (byte) 'x');
    assertEquals("xxxx", Memory.getString(address, 4));
  }

  @Test
  void shouldRefuseEveryAccessThatReachesOutsideAnAllocation() {
    long end = address + SIZE;
    assertThrows(IllegalMemoryAccessException.class, () -> Memory.getByte(end));
    assertThrows(IllegalMemoryAccessException.class, () -> Memory.putLong(end - 4, 1));
    assertThrows(IllegalMemoryAccessException.class, () -> Memory.getIntVolatile(address - 2));
    assertThrows(IllegalMemoryAccessException.class, () -> Memory.compareAndSetLong(end, 0, 1));
    assertThrows(IllegalMemoryAccessException.class, () -> Memory.copy(address, end - 8, 16));
    assertThrows(IllegalMemoryAccessException.class, () -> Memory.copy(end - 8, address, 16));
    assertThrows(
        IllegalMemoryAccessException.class, () -> Memory.fill(address, SIZE + 1, (byte) 0));
    assertThrows(
        IllegalMemoryAccessException.class, () -> Memory.copyFromLongs(new long[2], 0, end - 8, 2));
    assertThrows(
        IllegalMemoryAccessException.class, () -> Memory.copyToLongs(end - 8, new long[2], 0, 2));
    Memory.copy(address, end, 0);
  }

  @Test
  void shouldRefuseAccessAfterRelease() {
    long other = Memory.allocate(8);
    Memory.release(other);
    assertThrows(IllegalMemoryAccessException.class, () -> Memory.getByte(other));
  }
}
