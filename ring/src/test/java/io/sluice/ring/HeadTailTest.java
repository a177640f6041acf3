package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.Await;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The steps of the claims, one at a time, in the orders that threads get into by chance. */
class HeadTailTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int WAITING = 0;
  private static final int DONE = 1;

  private static long claim(Ring ring, int n) {
    return ring.prod.claim(n, true);
  }

  private static void publish(Ring ring, long claim) {
    ring.prod.publish(HeadTail.head(claim), HeadTail.count(claim));
  }

  /** Runs a step that must wait until the main thread has done its own. */
  private static void assertWaitsFor(Ring ring, Runnable step, Runnable cure) throws Exception {
    AtomicInteger state = new AtomicInteger(WAITING);
    Thread thread =
        new Thread(
            () -> {
              step.run();
              state.set(DONE);
            });
    thread.setDaemon(true);
    thread.start();
    // Long enough for a step that does not wait to be over; a wrong pass cannot turn into a
    // failure.
    thread.join(50);
    assertEquals(WAITING, state.get(), ring::dump);
    cure.run();
    Await.until("the step to go on", LIMIT, () -> state.get() == DONE, ring::dump);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -4, Integer.MAX_VALUE - 3})
  void shouldMoveAnRtsTailOnlyWhenTheLastOfThoseUnderWayIsDone(int start) {
    try (RawRing raw = new RawRing(64, Ring.MP_RTS_ENQ)) {
      raw.startAt(start);
      long first = claim(raw.ring, 3);
      long second = claim(raw.ring, 4);
      assertEquals(start, HeadTail.head(first));
      assertEquals(start + 3, HeadTail.head(second));
      publish(raw.ring, second);
      assertEquals(0, raw.ring.count(), "the first is not written yet");
      assertEquals(0, raw.ring.dequeueBurst(new long[8], 0, 8));
      publish(raw.ring, first);
      assertEquals(7, raw.ring.count());
    }
  }

  @Test
  void shouldKeepAnRtsTailBackWhileALaterClaimIsUnderWay() {
    try (RawRing raw = new RawRing(64, Ring.MP_RTS_ENQ)) {
      long first = claim(raw.ring, 3);
      long second = claim(raw.ring, 4);
      publish(raw.ring, first);
      assertEquals(0, raw.ring.count(), "moved by the last one for all");
      publish(raw.ring, second);
      assertEquals(7, raw.ring.count());
    }
  }

  @Test
  void shouldTellRoomThatIsClosedFromRoomThatIsNot() {
    try (RawRing raw = new RawRing(64, Ring.MC_RTS_DEQ)) {
      raw.startAt(-30);
      Ring ring = raw.ring;
      assertEquals(63, ring.enqueueBulk(new long[63], 0, 63));
      assertEquals(0, ring.settledFreeCount());
      long slow = ring.cons.claim(2, true);
      assertEquals(3, ring.dequeueBulk(new long[3], 0, 3));
      assertEquals(0, ring.freeCount(), "closed until the slow one is done");
      assertEquals(0, ring.enqueueBulk(new long[1], 0, 1));
      assertEquals(5, ring.settledFreeCount());
      ring.cons.publish(HeadTail.head(slow), 2);
      assertEquals(5, ring.freeCount());
      assertEquals(5, ring.enqueueBulk(new long[5], 0, 5));
      assertEquals(0, ring.settledFreeCount());
    }
  }

  @Test
  void shouldHoldAnRtsHeadBackThatIsHtdMaxAhead() throws Exception {
    try (RawRing raw = new RawRing(64, Ring.MP_RTS_ENQ)) {
      assertTrue(raw.ring.setProdHtdMax(4));
      long first = claim(raw.ring, 5);
      assertWaitsFor(
          raw.ring, () -> publish(raw.ring, claim(raw.ring, 1)), () -> publish(raw.ring, first));
      assertEquals(6, raw.ring.count());
    }
  }

  @Test
  void shouldPublishMtClaimsInTheirOrder() throws Exception {
    try (RawRing raw = new RawRing(64, 0)) {
      raw.startAt(-2);
      long first = claim(raw.ring, 3);
      long second = claim(raw.ring, 4);
      assertWaitsFor(
          raw.ring,
          () -> publish(raw.ring, second),
          () -> {
            assertEquals(0, raw.ring.count());
            publish(raw.ring, first);
          });
      assertEquals(7, raw.ring.count());
    }
  }

  @Test
  void shouldLetOneHtsClaimInAtATime() throws Exception {
    try (RawRing raw = new RawRing(64, Ring.MP_HTS_ENQ)) {
      raw.startAt(-2);
      long first = claim(raw.ring, 3);
      assertWaitsFor(
          raw.ring, () -> publish(raw.ring, claim(raw.ring, 4)), () -> publish(raw.ring, first));
      assertEquals(7, raw.ring.count());
    }
  }

  @Test
  void shouldKeepHtsOpenToTheOtherSideWhileOneClaims() {
    try (RawRing raw = new RawRing(64, Ring.MP_HTS_ENQ | Ring.MC_HTS_DEQ)) {
      assertTrue(raw.ring.enqueue(5));
      long claim = claim(raw.ring, 3);
      assertEquals(5, raw.ring.dequeue());
      assertEquals(0, raw.ring.dequeue(), "what is claimed is not there yet");
      publish(raw.ring, claim);
      assertEquals(3, raw.ring.count());
    }
  }
}
