package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A secondary dies ahead of each store of an operation in turn, beside this process, which goes on
 * with the same ring: what the dead one was enqueueing is in the ring whole or not at all, what it
 * was dequeueing is gone whole or there in its place, and the ring works on, to its full capacity.
 */
@Tag("deaths")
class RingDeathTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final List<String> FAULTS =
      List.of("-Dsluice.faults=true", "-XX:TieredStopAtLevel=1");
  private static final int KILLED = 128 + 9;
  private static final int SLOTS = RingVictim.SLOTS;
  private static final int COUNT = 3;
  private static final long VICTIMS = 1_000;

  private String prefix;
  private SharedMemory memory;

  @BeforeEach
  void create() {
    prefix = UniquePrefix.next();
    memory =
        SharedMemory.create(
            EalOptions.parse("--file-prefix", prefix, "-m", "4", "--no-pci", "--no-huge"));
  }

  @AfterEach
  void close() {
    memory.close();
  }

  static Stream<Arguments> operations() {
    return RingModes.symmetric()
        .flatMap(
            flags -> {
              Stream<String> all =
                  Stream.of(
                      "enqueue",
                      "dequeue",
                      "oneEnqueue",
                      "oneDequeue",
                      "memoryEnqueue",
                      "memoryDequeue");
              boolean peeks = (flags & (Ring.SP_ENQ | Ring.MP_HTS_ENQ)) != 0;
              Stream<String> peek = Stream.of("peekEnqueue", "peekDequeue", "placeEnqueue");
              return Stream.concat(all, peeks ? peek : Stream.of())
                  .map(operation -> Arguments.of(flags, operation));
            });
  }

  private JavaProcess startVictim() {
    return startVictim(prefix);
  }

  private static JavaProcess startVictim(String prefix) {
    JavaProcess victim = JavaProcess.start(RingVictim.class, FAULTS, prefix, "secondary");
    victim.awaitLine("ready", LIMIT);
    return victim;
  }

  private static long[] numbers(long first, int count) {
    return LongStream.range(first, first + count).toArray();
  }

  private static void add(List<Long> list, long[] values, int count) {
    for (int i = 0; i < count; i++) {
      list.add(values[i]);
    }
  }

  /** Everything in the ring, in its order. */
  private static List<Long> drain(Ring ring) {
    List<Long> all = new ArrayList<>();
    long[] burst = new long[SLOTS];
    for (int n = ring.dequeueBurst(burst, 0, SLOTS);
        n > 0;
        n = ring.dequeueBurst(burst, 0, SLOTS)) {
      add(all, burst, n);
    }
    return all;
  }

  /** The ring, which is empty, takes as many as it should, and gives them back in order. */
  private static void assertWorks(Ring ring) {
    for (int round = 0; round < 2 * SLOTS / COUNT; round++) {
      long[] full = numbers(50, ring.capacity());
      assertEquals(0, ring.count(), ring::dump);
      assertEquals(full.length, ring.enqueueBulk(full, 0, full.length), ring::dump);
      assertEquals(0, ring.enqueueBurst(full, 0, 1), ring::dump);
      assertEquals(LongStream.of(full).boxed().toList(), drain(ring));
    }
  }

  @ParameterizedTest(name = "flags=0x{0} {1}")
  @MethodSource("operations")
  void shouldKeepOrUndoWhatAProcessDiedInAtAnyStore(int flags, String operation) {
    Ring ring = Ring.create(memory, RingVictim.RING, SLOTS, -1, flags);
    boolean enqueues = operation.endsWith("nqueue");
    int count = operation.startsWith("one") ? 1 : COUNT;
    boolean completed = false;
    int died = 0;
    for (int nth = 1; !completed; nth++) {
      long[] mine = numbers(100L * nth, 2 * COUNT);
      assertEquals(mine.length, ring.enqueueBulk(mine, 0, mine.length));
      List<Long> got = new ArrayList<>();
      try (JavaProcess victim = startVictim()) {
        victim.send(operation + " " + nth + " " + VICTIMS + " " + count);
        completed = victim.awaitExitOrLine("done " + count, LIMIT);
        died += completed ? 0 : 1;
      }
      // The live one goes on before anybody has said that the other is dead.
      got.addAll(drain(ring));
      List<Long> before = LongStream.of(mine).boxed().toList();
      List<Long> with = new ArrayList<>(enqueues ? before : before.subList(count, 2 * COUNT));
      if (enqueues) {
        add(with, numbers(VICTIMS, count), count);
      }
      assertTrue(
          got.equals(with) || !completed && got.equals(before),
          () -> "found " + got + ", not " + with + (" or " + before));
      assertWorks(ring);
    }
    assertTrue(died >= 2, "died " + died + " times");
    ring.free(memory);
  }

  static Stream<Integer> multi() {
    return RingModes.multi();
  }

  @ParameterizedTest(name = "flags=0x{0}")
  @MethodSource("multi")
  void shouldLoseNothingOfTheLiveWhenTwoDieAtOnceUnderLoad(int flags) throws Exception {
    Ring ring = Ring.create(memory, RingVictim.RING, SLOTS, -1, flags);
    for (int nth = 1; nth <= 5; nth++) {
      AtomicInteger sent = new AtomicInteger();
      List<Long> got = new ArrayList<>();
      boolean[] stop = {false};
      Thread producer = new Thread(() -> produce(ring, sent, stop));
      Thread consumer = new Thread(() -> consume(ring, got, stop));
      try (JavaProcess first = startVictim();
          JavaProcess second = startVictim()) {
        producer.start();
        consumer.start();
        first.send("enqueue " + nth + " " + VICTIMS + " " + COUNT);
        second.send("enqueue " + (nth + 1) / 2 + " " + 2 * VICTIMS + " " + COUNT);
        first.awaitExitOrLine("done", LIMIT);
        second.awaitExitOrLine("done", LIMIT);
      }
      // Both sides still move, whatever the dead ones left.
      int sentThen = sent.get();
      Await.until("live producer to go on", LIMIT, () -> sent.get() > sentThen + 100, ring::dump);
      synchronized (stop) {
        stop[0] = true;
      }
      producer.join(LIMIT.toMillis());
      consumer.join(LIMIT.toMillis());
      got.addAll(drain(ring));
      assertConserved(got, sent.get());
      assertWorks(ring);
    }
  }

  /** Numbers below 0, so that they are nobody else's. */
  private static void produce(Ring ring, AtomicInteger sent, boolean[] stop) {
    long[] burst = new long[COUNT];
    while (!isSet(stop)) {
      for (int i = 0; i < COUNT; i++) {
        burst[i] = -1L - sent.get() - i;
      }
      sent.addAndGet(ring.enqueueBulk(burst, 0, COUNT));
      Thread.yield();
    }
  }

  private static void consume(Ring ring, List<Long> got, boolean[] stop) {
    long[] burst = new long[COUNT];
    while (!isSet(stop)) {
      add(got, burst, ring.dequeueBurst(burst, 0, COUNT));
      Thread.yield();
    }
  }

  private static boolean isSet(boolean[] flag) {
    synchronized (flag) {
      return flag[0];
    }
  }

  /** Every number of the live one once and in order; of each dead one's bulk all or none. */
  private static void assertConserved(List<Long> got, int sent) {
    List<Long> live = got.stream().filter(entry -> entry < 0).toList();
    assertEquals(LongStream.rangeClosed(1, sent).map(n -> -n).boxed().toList(), live);
    List<Long> others = got.stream().filter(entry -> entry >= 0).toList();
    Set<Long> once = new HashSet<>(others);
    assertEquals(others.size(), once.size(), () -> "twice: " + others);
    for (long victim : new long[] {VICTIMS, 2 * VICTIMS}) {
      long found = others.stream().filter(e -> e >= victim && e < victim + COUNT).count();
      assertTrue(found == 0 || found == COUNT, () -> "half a bulk: " + others);
    }
  }

  @Test
  void shouldBearAReaperThatDiesAtAnyStore() {
    String own = UniquePrefix.next();
    try (JavaProcess primary = JavaProcess.start(RingVictim.class, FAULTS, own, "primary")) {
      primary.awaitLine("ready", LIMIT);
      boolean completed = false;
      for (int nth = 1; !completed; nth++) {
        try (JavaProcess victim = startVictim(own);
            JavaProcess reaper = startVictim(own)) {
          // Stopped, so that its own reaper leaves the work to the one that dies.
          primary.signal("STOP");
          reaper.send("reap " + nth + " 0 0");
          reaper.awaitLine("reaping", LIMIT);
          // Stopped until it has been told all: from then on it may die at any time.
          reaper.signal("STOP");
          // Between claim and publication, whatever the number of stores ahead of the claim.
          victim.send("enqueue 5 " + VICTIMS + " " + COUNT);
          assertEquals(KILLED, victim.awaitExit(LIMIT));
          reaper.send("awaitAllAlive 0 0 0");
          reaper.signal("CONT");
          completed = reaper.awaitExitOrLine("all alive", LIMIT);
        }
        primary.signal("CONT");
        primary.send("enqueue 1000 50 " + (RingVictim.SLOTS - 1));
        primary.awaitLine("done " + (RingVictim.SLOTS - 1), LIMIT);
        primary.send("drain 1000 0 " + RingVictim.SLOTS);
        primary.awaitLine("done " + (RingVictim.SLOTS - 1) + " stores \\d+ \\[50, 51, ", LIMIT);
      }
    }
  }

  @Test
  void shouldNotRobAProcessThatIsStopped() throws Exception {
    Ring ring = Ring.create(memory, RingVictim.RING, SLOTS, -1, Ring.MP_HTS_ENQ);
    try (JavaProcess stopped = startVictim()) {
      stopped.send("openEnqueue 1000 0 " + COUNT);
      stopped.awaitLine("done " + COUNT, LIMIT);
      stopped.signal("STOP");
      Thread waiter = new Thread(() -> ring.enqueueBulk(numbers(10, 1), 0, 1));
      waiter.setDaemon(true);
      waiter.start();
      // A wrong recovery would have been done by then; a right wait cannot fail here.
      waiter.join(300);
      assertTrue(waiter.isAlive(), ring::dump);
      assertEquals(COUNT, ring.prod.claimed());
      stopped.kill();
      waiter.join(LIMIT.toMillis());
      assertEquals(List.of(10L), drain(ring));
    }
  }

  /**
   * The one that lives but is stopped may have made the claim of which nobody has said that it is
   * his; a thread of this process that waits for it has not.
   */
  @ParameterizedTest(name = "flags=0x{0}")
  @MethodSource("multi")
  void shouldAskTheStoppedBeforeItUndoesWhatNobodyHasSaidToBeHis(int flags) throws Exception {
    Ring ring = Ring.create(memory, RingVictim.RING, SLOTS, -1, flags);
    try (JavaProcess stopped = startVictim();
        JavaProcess victim = startVictim()) {
      stopped.signal("STOP");
      // Ahead of the note.
      victim.send("enqueue 2 " + VICTIMS + " " + COUNT);
      assertEquals(KILLED, victim.awaitExit(LIMIT));
      Thread waiter = new Thread(() -> ring.enqueueBulk(numbers(10, 1), 0, 1));
      waiter.setDaemon(true);
      waiter.start();
      waiter.join(300);
      assertTrue(waiter.isAlive(), ring::dump);
      assertEquals(COUNT, ring.prod.headPosition() - ring.prod.tailPosition(), ring::dump);
      stopped.signal("CONT");
      waiter.join(LIMIT.toMillis());
      assertEquals(List.of(10L), drain(ring));
    }
    Await.until("the slot to be free", LIMIT, () -> memory.processTable().allAlive());
    assertWorks(ring);
  }

  /** A position that was given back is claimed again, by one that dies ahead of its note. */
  @Test
  void shouldNotTakeAnEarlierNoteForThatOfAnotherClaimFromTheSamePosition() {
    Ring ring = Ring.create(memory, RingVictim.RING, SLOTS, -1, Ring.MP_HTS_ENQ);
    assertEquals(COUNT, HeadTail.count(ring.claimEnqueue(COUNT, true)));
    ring.prod.finish(0);
    try (JavaProcess victim = startVictim()) {
      victim.send("enqueue 2 " + VICTIMS + " " + COUNT);
      assertEquals(KILLED, victim.awaitExit(LIMIT));
    }
    Await.until("the claim to be closed", LIMIT, () -> ring.prod.claimed() == 0, ring::dump);
    assertWorks(ring);
  }

  @Test
  void shouldCloseTheClaimsOfADeadProcessThatNobodyMeets() {
    Ring ring = Ring.create(memory, RingVictim.RING, SLOTS, -1, Ring.MP_HTS_ENQ);
    try (JavaProcess victim = startVictim()) {
      victim.send("openEnqueue 1000 0 " + COUNT);
      victim.awaitLine("done " + COUNT, LIMIT);
      assertEquals(COUNT, ring.prod.claimed());
      victim.kill();
    }
    Await.until("the claim to be closed", LIMIT, () -> ring.prod.claimed() == 0, ring::dump);
    Await.until("the slot to be free", LIMIT, () -> memory.processTable().allAlive());
    assertWorks(ring);
  }
}
