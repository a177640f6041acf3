package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Producers and consumers at once, in threads and in JVMs of their own: every entry comes out
 * exactly once, and each producer's in its order as one consumer sees them.
 */
class RingStressTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final int SLOTS = 256;

  /** Entry: producer in the upper 32 bits, its running number from 1 in the lower. */
  static void produce(Ring ring, int producer, int messages) {
    long[] burst = new long[32];
    int next = 1;
    int turn = 0;
    while (next <= messages) {
      int n = Math.min(1 + turn++ % burst.length, messages - next + 1);
      for (int i = 0; i < n; i++) {
        burst[i] = (long) producer << 32 | next + i;
      }
      int done = turn % 3 == 0 ? ring.enqueueBulk(burst, 0, n) : ring.enqueueBurst(burst, 0, n);
      if (done == 0) {
        Thread.yield();
      }
      next += done;
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
    int turn = 0;
    while (true) {
      int n = 1 + turn++ % burst.length;
      int got = turn % 3 == 0 ? ring.dequeueBulk(burst, 0, n) : ring.dequeueBurst(burst, 0, n);
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

  /** A producing JVM: file prefix, ring, producer, messages. */
  static final class Producer {
    public static void main(String[] arguments) {
      try (SharedMemory memory = attach(arguments[0])) {
        System.out.println("ready");
        produce(
            Ring.lookup(memory, arguments[1]),
            Integer.parseInt(arguments[2]),
            Integer.parseInt(arguments[3]));
        System.out.println("done");
      }
    }
  }

  /** A consuming JVM: file prefix, ring. */
  static final class Consumer {
    public static void main(String[] arguments) {
      try (SharedMemory memory = attach(arguments[0])) {
        System.out.println("ready");
        Seen seen = consume(Ring.lookup(memory, arguments[1]));
        for (int producer = 1; producer < 7; producer++) {
          System.out.println(
              "seen "
                  + producer
                  + " "
                  + seen.count[producer]
                  + " "
                  + seen.sum[producer]
                  + " "
                  + seen.inOrder);
        }
      }
    }
  }

  private static SharedMemory attach(String prefix) {
    return SharedMemory.attach(
        EalOptions.parse("--proc-type", "secondary", "--file-prefix", prefix, "--no-huge"));
  }

  @ParameterizedTest(name = "flags=0x{0}")
  @MethodSource("io.sluice.ring.RingModes#symmetric")
  void shouldConserveBetweenJvms(int flags) {
    int messages = 200_000;
    boolean many = (flags & (Ring.SP_ENQ | Ring.SC_DEQ)) == 0;
    int producers = many ? 2 : 1;
    String prefix = UniquePrefix.next();
    try (SharedMemory memory =
        SharedMemory.create(
            EalOptions.parse("--file-prefix", prefix, "-m", "8", "--no-pci", "--no-huge"))) {
      Ring ring = Ring.create(memory, "stress", SLOTS, -1, flags);
      List<JavaProcess> children = new ArrayList<>();
      List<JavaProcess> consumers = new ArrayList<>();
      try {
        for (int i = 0; i < producers; i++) {
          consumers.add(JavaProcess.start(Consumer.class, prefix, "stress"));
        }
        children.addAll(consumers);
        for (int producer = 1; producer <= producers; producer++) {
          children.add(
              JavaProcess.start(Producer.class, prefix, "stress", "" + producer, "" + messages));
        }
        for (JavaProcess producer : children.subList(producers, children.size())) {
          producer.awaitLine("done", LIMIT);
          assertEquals(0, producer.awaitExit(LIMIT));
        }
        for (int i = 0; i < producers; i++) {
          stop(ring);
        }
        List<Seen> all = new ArrayList<>();
        for (JavaProcess consumer : consumers) {
          Seen seen = new Seen();
          for (int producer = 1; producer < 7; producer++) {
            var line =
                consumer.awaitLine("seen " + producer + " (\\d+) (-?\\d+) (true|false)", LIMIT);
            seen.count[producer] = Long.parseLong(line.group(1));
            seen.sum[producer] = Long.parseLong(line.group(2));
            seen.inOrder &= Boolean.parseBoolean(line.group(3));
          }
          assertEquals(0, consumer.awaitExit(LIMIT));
          all.add(seen);
        }
        assertAllSeen(all, producers, messages);
        assertTrue(ring.isEmpty());
      } finally {
        children.forEach(JavaProcess::close);
      }
    }
  }
}
