package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every mode must do, as DPDK's {@code ring_autotest} asserts it; run for each combination.
 */
@ParameterizedClass(name = "flags=0x{0}")
@MethodSource("io.sluice.ring.RingModes#all")
class RingModesTest {
  private static final int COUNT = 64;

  @Parameter int flags;

  private RawRing raw;
  private Ring ring;
  private int capacity;

  @BeforeEach
  void makeRing() {
    raw = new RawRing(COUNT, flags);
    ring = raw.ring;
    capacity = (flags & Ring.EXACT_SZ) != 0 ? COUNT : COUNT - 1;
  }

  @AfterEach
  void freeRing() {
    raw.close();
  }

  private static long[] numbers(long from, int count) {
    return LongStream.range(from, from + count).toArray();
  }

  @Test
  void shouldBeEmptyAtFirst() {
    assertTrue(ring.isEmpty());
    assertFalse(ring.isFull());
    assertEquals(0, ring.count());
    assertEquals(capacity, ring.freeCount());
    assertEquals(capacity, ring.capacity());
    assertEquals(flags, ring.flags());
    assertEquals((flags & Ring.EXACT_SZ) != 0 ? 2 * COUNT : COUNT, ring.size());
  }

  @Test
  void shouldReturnZeroWhenRingIsEmpty() {
    long[] burst = new long[8];
    assertEquals(0, ring.dequeue());
    assertEquals(0, ring.dequeueBulk(burst, 0, 8));
    assertEquals(0, ring.dequeueBurst(burst, 0, 8));
    assertArrayEquals(new long[8], burst);
  }

  @Test
  void shouldReturnZeroWhenRingIsFull() {
    assertEquals(capacity, ring.enqueueBulk(numbers(1, capacity), 0, capacity));
    assertTrue(ring.isFull());
    assertEquals(0, ring.freeCount());
    assertFalse(ring.enqueue(99));
    assertEquals(0, ring.enqueueBulk(numbers(1, 1), 0, 1));
    assertEquals(0, ring.enqueueBurst(numbers(1, 8), 0, 8));
    long[] all = new long[capacity];
    assertEquals(capacity, ring.dequeueBulk(all, 0, capacity));
    assertArrayEquals(numbers(1, capacity), all);
    assertTrue(ring.isEmpty());
  }

  @Test
  void shouldEnqueueBulkAllOrNothing() {
    assertEquals(capacity - 2, ring.enqueueBulk(numbers(1, capacity), 0, capacity - 2));
    assertEquals(0, ring.enqueueBulk(numbers(1, 3), 0, 3));
    assertEquals(capacity - 2, ring.count());
    assertEquals(2, ring.enqueueBulk(numbers(1, 2), 0, 2));
  }

  @Test
  void shouldEnqueueBurstAsMuchAsFits() {
    assertEquals(capacity, ring.enqueueBurst(numbers(1, capacity + 5), 0, capacity + 5));
    long[] burst = new long[capacity + 5];
    assertEquals(0, ring.dequeueBulk(burst, 0, capacity + 5));
    assertEquals(capacity, ring.dequeueBurst(burst, 0, capacity + 5));
    assertArrayEquals(numbers(1, capacity), Arrays.copyOf(burst, capacity));
  }

  @Test
  void shouldUseOnlyTheGivenRangeOfTheArray() {
    long[] in = numbers(1, 20);
    assertEquals(10, ring.enqueueBulk(in, 5, 10));
    long[] out = new long[20];
    assertEquals(10, ring.dequeueBurst(out, 3, 12));
    assertArrayEquals(numbers(6, 10), Arrays.copyOfRange(out, 3, 13));
    assertEquals(0, out[2]);
    assertEquals(0, out[13]);
  }

  @Test
  void shouldRefuseARangeOutsideTheArray() {
    long[] eight = new long[8];
    assertThrows(IndexOutOfBoundsException.class, () -> ring.enqueueBurst(eight, 1, 8));
    assertThrows(IndexOutOfBoundsException.class, () -> ring.enqueueBulk(eight, 0, -1));
    assertThrows(IndexOutOfBoundsException.class, () -> ring.dequeueBurst(eight, -1, 2));
    assertTrue(ring.isEmpty());
  }

  @Test
  void shouldDoNothingForABurstOfNone() {
    assertEquals(0, ring.enqueueBulk(new long[0], 0, 0));
    assertEquals(0, ring.dequeueBulk(new long[0], 0, 0));
    assertTrue(ring.isEmpty());
  }

  @Test
  void shouldClaimNothingForANegativeNumber() {
    RingElem elem = RingElem.of(ring, Long.BYTES);
    ring.enqueueBurst(numbers(1, 5), 0, 5);
    String before = ring.dump();
    assertEquals(0, elem.enqueueBulk(0, -1));
    assertEquals(0, elem.dequeueBurst(0, -1));
    if (ring.prodSyncType().canPeek()) {
      assertEquals(0, ring.enqueueBulkStart(-1));
      assertEquals(0, ring.enqueueZcBurstStart(Integer.MIN_VALUE, new RingZcData()));
    }
    if (ring.consSyncType().canPeek()) {
      assertEquals(0, ring.dequeueZcBulkStart(-1, new RingZcData()));
    }
    assertEquals(before, ring.dump());
  }

  @Test
  void shouldKeepOrderThroughEveryOffsetAndThe32BitWrap() {
    raw.startAt(-3 * COUNT);
    long next = 1;
    long expected = 1;
    for (int round = 0; round < 10 * COUNT; round++) {
      int n = 1 + round % capacity;
      assertEquals(n, ring.enqueueBulk(numbers(next, n), 0, n));
      next += n;
      assertEquals(n, ring.count());
      long[] out = new long[n];
      assertEquals(n, ring.dequeueBulk(out, 0, n));
      assertArrayEquals(numbers(expected, n), out);
      expected += n;
    }
  }

  @Test
  void shouldMixSingleAndBurst() {
    raw.startAt(-2);
    assertTrue(ring.enqueue(1));
    assertTrue(ring.enqueue(2));
    assertEquals(3, ring.enqueueBurst(numbers(3, 3), 0, 3));
    assertEquals(1, ring.dequeue());
    long[] rest = new long[4];
    assertEquals(4, ring.dequeueBulk(rest, 0, 4));
    assertArrayEquals(numbers(2, 4), rest);
  }

  @Test
  void shouldSeeWhatAnotherHandleHasTakenAndPut() {
    Ring other = Ring.unprotected(ring.address());
    ring.enqueueBulk(numbers(1, 16), 0, 16);
    long[] burst = new long[16];
    assertEquals(4, ring.dequeueBulk(burst, 0, 4));
    assertEquals(8, other.dequeueBulk(burst, 4, 8));
    assertEquals(0, ring.dequeueBulk(burst, 0, 8));
    assertEquals(4, ring.dequeueBurst(burst, 12, 4));
    assertArrayEquals(numbers(1, 16), burst);
    assertEquals(0, other.dequeueBurst(burst, 0, 1));
    assertEquals(capacity, other.enqueueBulk(numbers(1, capacity), 0, capacity));
    assertEquals(0, ring.enqueueBurst(burst, 0, 1));
    long[] all = new long[capacity];
    assertEquals(capacity, ring.dequeueBulk(all, 0, capacity));
    assertArrayEquals(numbers(1, capacity), all);
  }

  @Test
  void shouldBeEmptyAfterReset() {
    ring.enqueueBurst(numbers(1, 9), 0, 9);
    ring.dequeue();
    ring.reset();
    assertTrue(ring.isEmpty());
    assertEquals(capacity, ring.freeCount());
    assertEquals(capacity, ring.enqueueBurst(numbers(1, capacity), 0, capacity));
  }

  @Test
  void shouldSayWhenTheWatermarkIsPassed() {
    ring.setWatermark(10);
    ring.enqueueBurst(numbers(1, 10), 0, 10);
    assertFalse(ring.isAboveWatermark());
    ring.enqueue(11);
    assertTrue(ring.isAboveWatermark());
    ring.setWatermark(0);
    assertFalse(ring.isAboveWatermark());
    assertThrows(IllegalArgumentException.class, () -> ring.setWatermark(capacity + 1));
  }

  @Test
  void shouldDumpAsDpdkDoes() {
    ring.enqueueBurst(numbers(1, 5), 0, 5);
    ring.dequeue();
    String expected =
        "ring <raw>@0x"
            + Long.toHexString(ring.address())
            + "\n"
            + "  flags="
            + Integer.toHexString(flags)
            + "\n"
            + "  size="
            + ring.size()
            + "\n"
            + "  capacity="
            + capacity
            + "\n"
            + "  ct=1\n  ch=1\n  pt=5\n  ph=5\n"
            + "  used=4\n"
            + "  avail="
            + (capacity - 4)
            + "\n";
    assertEquals(expected, ring.dump());
  }

  @Test
  void shouldPeekAndGiveBackWhereOneClaimsAtATime() {
    long[] out = new long[8];
    if (!ring.consSyncType().canPeek()) {
      assertThrows(UnsupportedOperationException.class, () -> ring.dequeueBulkStart(out, 0, 1));
      return;
    }
    raw.startAt(-5);
    ring.enqueueBurst(numbers(1, 8), 0, 8);
    assertEquals(8, ring.dequeueBurstStart(out, 0, 8));
    assertArrayEquals(numbers(1, 8), out);
    ring.dequeueFinish(3);
    assertEquals(5, ring.count());
    assertEquals(4, ring.dequeueBulk(out, 0, 4));
    assertArrayEquals(numbers(4, 4), Arrays.copyOf(out, 4));
    assertEquals(1, ring.dequeueBulkStart(out, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> ring.dequeueFinish(2));
    ring.dequeueFinish(0);
    assertEquals(8, ring.dequeue());
  }

  @Test
  void shouldEnqueueOnlyWhatWasFinishedWhereOneClaimsAtATime() {
    if (!ring.prodSyncType().canPeek()) {
      assertThrows(UnsupportedOperationException.class, () -> ring.enqueueBulkStart(1));
      return;
    }
    raw.startAt(-5);
    assertEquals(8, ring.enqueueBulkStart(8));
    assertTrue(ring.isEmpty());
    ring.enqueueFinish(numbers(1, 6), 0, 6);
    assertEquals(6, ring.count());
    assertEquals(capacity - 6, ring.enqueueBurstStart(capacity));
    assertThrows(
        IllegalArgumentException.class, () -> ring.enqueueFinish(new long[COUNT], 0, capacity - 5));
    ring.enqueueFinish(new long[0], 0, 0);
    long[] out = new long[6];
    assertEquals(6, ring.dequeueBulk(out, 0, 6));
    assertArrayEquals(numbers(1, 6), out);
    assertTrue(ring.isEmpty());
  }

  @Test
  void shouldReadAndWriteInPlaceWhereOneClaimsAtATime() {
    if (!ring.prodSyncType().canPeek() || !ring.consSyncType().canPeek()) {
      return;
    }
    raw.startAt(-5);
    RingZcData zcd = new RingZcData();
    assertEquals(12, ring.enqueueZcBulkStart(12, zcd));
    assertEquals(5, zcd.n1());
    assertEquals(ring.address() + RingLayout.SIZEOF, zcd.ptr2());
    for (int i = 0; i < 12; i++) {
      io.sluice.platform.Memory.putLong(zcd.entry(i), 100 + i);
    }
    ring.enqueueZcFinish(12);
    assertEquals(12, ring.dequeueZcBurstStart(20, zcd));
    for (int i = 0; i < 12; i++) {
      assertEquals(100 + i, io.sluice.platform.Memory.getLong(zcd.entry(i)));
    }
    ring.dequeueFinish(12);
    assertTrue(ring.isEmpty());
  }
}
