package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Memory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Producers and consumers at once, in threads: every entry comes out exactly once, and each
 * producer's in its order as one consumer sees them.
 */
class RingStressTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  static final int SLOTS = 256;

  /** Entry: producer in the upper 32 bits, its running number from 1 in the lower. */
  static void produce(Ring ring, int producer, int messages) {
    long[] burst = new long[32];
    RingZcData zcd = new RingZcData();
    int next = 1;
    int turn = 0;
    while (next <= messages) {
      int n = Math.min(1 + turn++ % burst.length, messages - next + 1);
      for (int i = 0; i < n; i++) {
        burst[i] = (long) producer << 32 | next + i;
      }
      int done = enqueue(ring, burst, n, turn, zcd);
      if (done == 0) {
        Thread.yield();
      }
      next += done;
    }
  }

  /** By each of the calls in turn, with peek and in place where one claims at a time. */
  private static int enqueue(Ring ring, long[] burst, int n, int turn, RingZcData zcd) {
    switch (turn % (ring.prodSyncType().canPeek() ? 4 : 2)) {
      case 0:
        return ring.enqueueBulk(burst, 0, n);
      case 1:
        return ring.enqueueBurst(burst, 0, n);
      case 2:
        int room = ring.enqueueBurstStart(n);
        // One less than claimed: the rest is given back.
        int some = Math.max(1, room - 1);
        if (room != 0) {
          ring.enqueueFinish(burst, 0, some);
        }
        return room == 0 ? 0 : some;
      default:
        int claimed = ring.enqueueZcBurstStart(n, zcd);
        for (int i = 0; i < claimed; i++) {
          Memory.putLong(zcd.entry(i), burst[i]);
        }
        if (claimed != 0) {
          ring.enqueueZcFinish(claimed);
        }
        return claimed;
    }
  }

  private static int dequeue(Ring ring, long[] burst, int n, int turn, RingZcData zcd) {
    switch (turn % (ring.consSyncType().canPeek() ? 4 : 2)) {
      case 0:
        return ring.dequeueBulk(burst, 0, n);
      case 1:
        return ring.dequeueBurst(burst, 0, n);
      case 2:
        int seen = ring.dequeueBurstStart(burst, 0, n);
        int some = Math.max(1, seen - 1);
        if (seen != 0) {
          ring.dequeueFinish(some);
        }
        return seen == 0 ? 0 : some;
      default:
        int claimed = ring.dequeueZcBurstStart(n, zcd);
        for (int i = 0; i < claimed; i++) {
          burst[i] = Memory.getLong(zcd.entry(i));
        }
        if (claimed != 0) {
          ring.dequeueFinish(claimed);
        }
        return claimed;
    }
  }

  /** Scatters a number, so that no two sets of numbers are likely to have the same sum. */
  private static long mix(long number) {
    long z = (number ^ number >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  /** What one consumer saw: how many, their mixed sum by producer, and whether all in order. */
  static final class Seen {
    final long[] count = new long[8];
    final long[] sum = new long[8];
    final int[] last = new int[8];
    boolean inOrder = true;

    void add(long entry) {
      int producer = (int) (entry >>> 32);
      int number = (int) entry;
      count[producer]++;
      sum[producer] += mix(number);
      inOrder &= number > last[producer];
      last[producer] = number;
    }
  }

  /**
   * Dequeues until it meets a stop entry, a producer of 7; there is one for each consumer, sent
   * when all else was, and whoever gets another's puts it back.
   */
  static Seen consume(Ring ring) {
    Seen seen = new Seen();
    long[] burst = new long[24];
    RingZcData zcd = new RingZcData();
    int turn = 0;
    while (true) {
      int n = 1 + turn++ % burst.length;
      int got = dequeue(ring, burst, n, turn, zcd);
      if (got == 0) {
        Thread.yield();
      }
      for (int i = 0; i < got; i++) {
        if (burst[i] >>> 32 == 7) {
          for (int behind = i + 1; behind < got; behind++) {
            assertEquals(7, burst[behind] >>> 32, "nothing but stop entries comes behind one");
            stop(ring);
          }
          return seen;
        }
        seen.add(burst[i]);
      }
    }
  }

  static void stop(Ring ring) {
    while (!ring.enqueue(7L << 32)) {
      Thread.yield();
    }
  }

  static void assertAllSeen(List<Seen> consumers, int producers, int messages) {
    for (int producer = 1; producer <= producers; producer++) {
      long count = 0;
      long sum = 0;
      for (Seen seen : consumers) {
        assertTrue(seen.inOrder, "each producer's entries in order");
        count += seen.count[producer];
        sum += seen.sum[producer];
      }
      assertEquals(messages, count, "entries of producer " + producer);
      assertEquals(
          LongStream.rangeClosed(1, messages).map(RingStressTest::mix).sum(),
          sum,
          "each entry of producer " + producer + " once");
    }
  }

  @ParameterizedTest(name = "flags=0x{0}")
  @MethodSource("io.sluice.ring.RingModes#multi")
  void shouldConserveBetweenManyThreads(int flags) throws Exception {
    int messages = 60_000;
    try (RawRing raw = new RawRing(SLOTS, flags)) {
      raw.startAt(-messages);
      List<Seen> seen = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      List<Throwable> errors = new ArrayList<>();
      for (int i = 1; i <= 2; i++) {
        int producer = i;
        threads.add(new Thread(() -> produce(raw.ring, producer, messages)));
        threads.add(
            new Thread(
                () -> {
                  Seen mine = consume(raw.ring);
                  synchronized (seen) {
                    seen.add(mine);
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.setUncaughtExceptionHandler(
            (t, e) -> {
              synchronized (errors) {
                errors.add(e);
              }
            });
        thread.start();
      }
      threads.get(0).join(LIMIT.toMillis());
      threads.get(2).join(LIMIT.toMillis());
      stop(raw.ring);
      stop(raw.ring);
      threads.get(1).join(LIMIT.toMillis());
      threads.get(3).join(LIMIT.toMillis());
      assertEquals(List.of(), errors);
      assertAllSeen(seen, 2, messages);
      assertTrue(raw.ring.isEmpty());
    }
  }
}
