package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The element sizes of DPDK's {@code ring_autotest}, on every mode. */
@ParameterizedClass(name = "esize={0} flags=0x{1}")
@MethodSource("sizesAndModes")
class RingElemTest {
  private static final int COUNT = 64;

  /** Wraps within the first few bursts. */
  private static final int START = -70;

  @Parameter(0)
  int esize;

  @Parameter(1)
  int flags;

  private final Random random = new Random(7);
  private long block;
  private long in;
  private long out;
  private RingElem elem;
  private Ring ring;
  private int capacity;

  static Stream<Arguments> sizesAndModes() {
    return Stream.of(4, 8, 16, 20)
        .flatMap(esize -> RingModes.all().map(flags -> Arguments.of(esize, flags)));
  }

  @BeforeEach
  void makeRing() {
    boolean exact = (flags & Ring.EXACT_SZ) != 0;
    block = Memory.allocate(RingElem.memsize(esize, exact ? 2 * COUNT : COUNT) + 64);
    in = Memory.allocate((long) COUNT * esize);
    out = Memory.allocate((long) COUNT * esize);
    elem = RingElem.init(block + 63 & -64, "elem", esize, COUNT, flags);
    ring = elem.ring();
    capacity = exact ? COUNT : COUNT - 1;
    ring.prod.set(START);
    ring.cons.set(START);
  }

  @AfterEach
  void freeRing() {
    Memory.release(block);
    Memory.release(in);
    Memory.release(out);
  }

  private byte[] fillInput(int n) {
    byte[] bytes = new byte[n * esize];
    random.nextBytes(bytes);
    Memory.copyFromBytes(bytes, 0, in, bytes.length);
    return bytes;
  }

  private byte[] output(int n) {
    byte[] bytes = new byte[n * esize];
    Memory.copyToBytes(out, bytes, 0, bytes.length);
    return bytes;
  }

  @Test
  void shouldGiveBackTheSameBytesThroughEveryOffset() {
    for (int round = 0; round < 3 * COUNT; round++) {
      int n = 1 + round % capacity;
      byte[] bytes = fillInput(n);
      assertEquals(n, round % 2 == 0 ? elem.enqueueBulk(in, n) : elem.enqueueBurst(in, n));
      assertEquals(n, ring.count());
      assertEquals(n, round % 3 == 0 ? elem.dequeueBulk(out, n) : elem.dequeueBurst(out, n));
      assertArrayEquals(bytes, output(n));
      assertTrue(ring.isEmpty());
    }
  }

  @Test
  void shouldTakeAllOrNothingInBulkAndWhatFitsInBurst() {
    byte[] bytes = fillInput(capacity);
    assertEquals(capacity - 1, elem.enqueueBulk(in, capacity - 1));
    assertEquals(0, elem.enqueueBulk(in, 2));
    assertEquals(1, elem.enqueueBurst(in + (long) (capacity - 1) * esize, 2));
    assertEquals(0, elem.enqueueBurst(in, 1));
    assertTrue(ring.isFull());
    assertEquals(0, elem.dequeueBulk(out, capacity + 1));
    assertEquals(capacity, elem.dequeueBurst(out, capacity + 1));
    assertArrayEquals(bytes, output(capacity));
    assertEquals(0, elem.dequeueBulk(out, 1));
    assertEquals(0, elem.dequeueBurst(out, 1));
  }

  @Test
  void shouldNotWriteOutsideItsMemory() {
    long end = ring.address() + RingElem.memsize(esize, ring.size());
    long behind = (block + RingElem.memsize(esize, ring.size()) + 64) - end;
    Memory.fill(end, behind, (byte) 0x5a);
    for (int round = 0; round < 4; round++) {
      fillInput(capacity);
      assertEquals(capacity, elem.enqueueBulk(in, capacity));
      assertEquals(capacity, elem.dequeueBulk(out, capacity));
    }
    for (long at = end; at < end + behind; at++) {
      assertEquals(0x5a, Memory.getByte(at));
    }
  }

  @Test
  void shouldPeekWhereOneClaimsAtATime() {
    if (!ring.consSyncType().canPeek()) {
      assertThrows(UnsupportedOperationException.class, () -> elem.dequeueBulkStart(out, 1));
      return;
    }
    byte[] bytes = fillInput(40);
    elem.enqueueBulk(in, 40);
    assertEquals(40, elem.dequeueBurstStart(out, 50));
    assertArrayEquals(bytes, output(40));
    ring.dequeueFinish(0);
    assertEquals(40, elem.dequeueBulkStart(out, 40));
    assertArrayEquals(bytes, output(40));
    ring.dequeueFinish(40);
    assertTrue(ring.isEmpty());
  }

  @Test
  void shouldEnqueueWhatWasFinishedAndReadItInPlace() {
    if (!ring.prodSyncType().canPeek() || !ring.consSyncType().canPeek()) {
      return;
    }
    RingZcData zcd = new RingZcData();
    for (int round = 0; round < 8; round++) {
      byte[] bytes = fillInput(30);
      assertEquals(40, ring.enqueueBulkStart(40));
      elem.enqueueFinish(in, 30);
      assertEquals(30, elem.dequeueZcBurstStart(50, zcd));
      for (int i = 0; i < 30; i++) {
        Memory.copy(zcd.entry(i), out + (long) i * esize, esize);
      }
      ring.dequeueFinish(30);
      assertArrayEquals(bytes, output(30));
      assertEquals(30, elem.enqueueZcBulkStart(30, zcd));
      for (int i = 0; i < 30; i++) {
        Memory.copy(in + (long) i * esize, zcd.entry(i), esize);
      }
      ring.enqueueZcFinish(30);
      assertEquals(30, elem.dequeueBulk(out, 30));
      assertArrayEquals(bytes, output(30));
    }
  }

  @Test
  void shouldRefuseAnElementSizeThatIsNoMultipleOfFour() {
    for (int bad : new int[] {0, -4, 3, 23, Integer.MIN_VALUE + 1}) {
      SluiceException error =
          assertThrows(SluiceException.class, () -> RingElem.memsize(bad, COUNT));
      assertEquals(Errno.EINVAL, error.errno());
      assertTrue(error.getMessage().contains("esize=" + bad), error.getMessage());
      assertThrows(SluiceException.class, () -> RingElem.of(ring, bad));
    }
    assertEquals(384 + COUNT * esize, RingElem.memsize(esize, COUNT));
  }
}
