package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.testing.UniquePrefix;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@link RingModesTest} asserts in one JVM, with one side of the ring here and the other in a
 * secondary's JVM, step by step; run for each combination of modes.
 */
@ParameterizedClass(name = "flags=0x{0}")
@MethodSource("io.sluice.ring.RingModes#all")
class RingAcrossJvmsTest {
  private static final String NAME = "across";
  private static final int COUNT = 16;

  private static SharedMemory memory;
  private static RingPeer peer;

  @Parameter int flags;

  private Ring ring;
  private int capacity;

  @BeforeAll
  static void startPeer() {
    String prefix = UniquePrefix.next();
    memory =
        SharedMemory.create(
            EalOptions.parse("--file-prefix", prefix, "-m", "8", "--no-pci", "--no-huge"));
    peer = new RingPeer(prefix);
  }

  @AfterAll
  static void stopPeer() {
    peer.close();
    memory.close();
  }

  @BeforeEach
  void makeRing() {
    ring = Ring.create(memory, NAME, COUNT, -1, flags);
    capacity = (flags & Ring.EXACT_SZ) != 0 ? COUNT : COUNT - 1;
    // Entries wrap within the first bursts, and indices through 32 bits.
    ring.prod.set(-5);
    ring.cons.set(-5);
  }

  @AfterEach
  void freeRing() {
    ring.free(memory);
    assertEquals("none", peer.ask("state", NAME));
  }

  private static long[] numbers(long first, int count) {
    return LongStream.range(first, first + count).toArray();
  }

  private void assertHolds(long first, int count) {
    long[] out = new long[count + 1];
    assertEquals(count, ring.dequeueBurst(out, 0, count + 1));
    assertEquals(RingPeer.run(first, count), RingPeer.listed(out, count));
    assertTrue(ring.isEmpty());
  }

  @Test
  void shouldLookTheSameFromBothSides() {
    assertEquals(RingPeer.state(ring), peer.ask("state", NAME));
    assertEquals(7, ring.enqueueBulk(numbers(1, 7), 0, 7));
    assertEquals(RingPeer.state(ring), peer.ask("state", NAME));
    assertEquals(ring.dump().replace('\n', '|'), peer.ask("dump", NAME));
    assertEquals(capacity - 7, ring.enqueueBurst(numbers(8, COUNT), 0, COUNT));
    assertTrue(ring.isFull());
    assertEquals(RingPeer.state(ring), peer.ask("state", NAME));
  }

  @Test
  void shouldGiveTheOtherWhatWasEnqueuedHere() {
    assertEquals("[]", peer.ask("dequeueBurst", NAME, 4));
    assertEquals("[]", peer.ask("dequeueBulk", NAME, 1));
    assertEquals(capacity, ring.enqueueBurst(numbers(1, 20), 0, 20));
    assertEquals(0, ring.enqueueBulk(numbers(1, 1), 0, 1));
    assertEquals("[]", peer.ask("dequeueBulk", NAME, capacity + 1));
    assertEquals(RingPeer.run(1, 3), peer.ask("dequeueBulk", NAME, 3));
    assertEquals(3, ring.freeCount());
    assertEquals(3, ring.enqueueBulk(numbers(capacity + 1, 3), 0, 3));
    assertEquals(RingPeer.run(4, capacity), peer.ask("dequeueBurst", NAME, 30));
    assertTrue(ring.isEmpty());
  }

  @Test
  void shouldGetWhatTheOtherEnqueued() {
    assertEquals("0", peer.ask("enqueueBulk", NAME, numbers(1, capacity + 1)));
    assertTrue(ring.isEmpty());
    assertEquals("" + (capacity - 1), peer.ask("enqueueBulk", NAME, numbers(1, capacity - 1)));
    assertEquals("0", peer.ask("enqueueBulk", NAME, numbers(capacity, 2)));
    assertEquals("1", peer.ask("enqueueBurst", NAME, numbers(capacity, 2)));
    assertEquals("0", peer.ask("enqueueBurst", NAME, 99));
    assertTrue(ring.isFull());
    assertHolds(1, capacity);
  }

  @Test
  void shouldKeepOrderRoundAfterRound() {
    long next = 1;
    for (int round = 0; round < 2 * COUNT; round++) {
      int n = 1 + round % capacity;
      if (round % 2 == 0) {
        assertEquals(n, ring.enqueueBulk(numbers(next, n), 0, n));
        assertEquals(RingPeer.run(next, n), peer.ask("dequeueBulk", NAME, n));
      } else {
        assertEquals("" + n, peer.ask("enqueueBulk", NAME, numbers(next, n)));
        assertHolds(next, n);
      }
      next += n;
    }
  }

  @Test
  void shouldEndWhatTheOtherHasOpenWhenItLeaves() {
    if (ring.prodSyncType() != SyncType.HTS) {
      return;
    }
    try (RingPeer other = new RingPeer(memory.options().filePrefix())) {
      assertEquals("3", other.ask("enqueueStart", NAME, 3));
      assertEquals(3, ring.prod.claimed());
      other.leave();
    }
    assertEquals(0, ring.prod.claimed());
    assertEquals(capacity, ring.enqueueBurst(numbers(1, 20), 0, 20));
    assertHolds(1, capacity);
  }

  @Test
  void shouldLeaveInTheRingWhatTheOtherOnlyPeekedAt() {
    if (!ring.consSyncType().canPeek()) {
      return;
    }
    assertEquals(8, ring.enqueueBulk(numbers(1, 8), 0, 8));
    assertEquals(RingPeer.run(1, 8), peer.ask("peek", NAME, 8, 0));
    assertEquals(8, ring.count());
    assertEquals(RingPeer.run(1, 8), peer.ask("peek", NAME, 10, 3));
    assertEquals(RingPeer.run(4, 2), peer.ask("readInPlace", NAME, 2));
    assertHolds(6, 3);
  }

  @Test
  void shouldShowNothingOfAnotherProcesssClaimUntilItIsFinished() {
    if (!ring.prodSyncType().canPeek()) {
      return;
    }
    assertEquals("8", peer.ask("enqueueStart", NAME, 8));
    assertTrue(ring.isEmpty());
    assertEquals(0, ring.dequeueBurst(new long[8], 0, 8));
    assertEquals("done", peer.ask("enqueueFinish", NAME, numbers(1, 6)));
    assertEquals(6, ring.count());
    assertEquals("7", peer.ask("writeInPlace", NAME, numbers(7, 7)));
    assertHolds(1, 13);
  }

  @Test
  void shouldBeEmptyForBothWhenOneResetsIt() {
    assertEquals(9, ring.enqueueBulk(numbers(1, 9), 0, 9));
    assertEquals("done", peer.ask("reset", NAME));
    assertTrue(ring.isEmpty());
    assertEquals(capacity, ring.freeCount());
    assertEquals("" + capacity, peer.ask("enqueueBurst", NAME, numbers(1, 20)));
    assertHolds(1, capacity);
  }

  @Test
  void shouldBoundAnRtsHeadAsTheOtherSays() {
    boolean producers = ring.prodSyncType() == SyncType.RTS;
    boolean consumers = ring.consSyncType() == SyncType.RTS;
    assertEquals(producers + " " + consumers, peer.ask("setHtdMax", NAME, 3));
    assertEquals(producers ? 3 : -1, ring.prodHtdMax());
    assertEquals(consumers ? 3 : -1, ring.consHtdMax());
  }

  @Test
  void shouldKeepAWatermarkToItself() {
    ring.setWatermark(2);
    assertEquals("3", peer.ask("enqueueBulk", NAME, numbers(1, 3)));
    assertTrue(ring.isAboveWatermark(), "entries of another process count");
    assertFalse(Ring.lookup(memory, NAME).isAboveWatermark(), "each handle has its own");
    long[] out = new long[3];
    assertEquals(3, ring.dequeueBulk(out, 0, 3));
    assertArrayEquals(numbers(1, 3), out);
  }
}
