package io.sluice.secondary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.platform.Burst;
import io.sluice.platform.IdleStrategy;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.primary.Forwarder;
import io.sluice.primary.Forwarding;
import io.sluice.primary.ForwardingPort;
import io.sluice.primary.Primary;
import io.sluice.primary.WorkerState;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The primary is this JVM, its ports are arrays; the workers are JVMs of their own. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ForwardingTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int FRAMES = 50_000;
  private static final int LENGTH = 64;

  private final String prefix = UniquePrefix.next();
  private Primary primary;
  private Mempool pool;
  private Forwarder forwarder;
  private int sent;
  private int received;
  private final BitSet seen = new BitSet();
  private final List<String> mismatches = new ArrayList<>();

  @BeforeEach
  void start() {
    primary =
        Primary.start(
            EalOptions.parse("--file-prefix", prefix, "--no-huge", "-m", "32", "--no-pci"));
    pool = PktmbufPool.create(primary.memory(), "packets", 4095, 0, 0, 2176, -1);
    Burst none = (objects, offset, count) -> 0;
    forwarder =
        new Forwarder(
            primary.memory(),
            3,
            256,
            List.of(
                new ForwardingPort("source", this::receive, none),
                new ForwardingPort("sink", none, this::send)));
  }

  @AfterEach
  void close() {
    primary.close();
  }

  private int receive(long[] mbufs, int offset, int count) {
    int n = Math.min(count, FRAMES - sent);
    if (n == 0 || Mbuf.allocBulk(pool, mbufs, offset, n) == 0) {
      return 0;
    }
    for (int i = 0; i < n; i++) {
      long data = Mbuf.append(mbufs[offset + i], LENGTH);
      for (int at = 0; at < LENGTH; at += 8) {
        Memory.putLong(data + at, word(sent, at));
      }
      sent++;
    }
    return n;
  }

  private static long word(int number, int at) {
    return at == 0 ? number : number * 0x9e3779b97f4a7c15L + at;
  }

  /** Takes every other burst only in part, so that the forwarder must offer again. */
  private int send(long[] mbufs, int offset, int count) {
    int n = received % 2 == 0 ? count : Math.max(1, count / 2);
    for (int i = 0; i < n; i++) {
      check(mbufs[offset + i]);
    }
    Mbuf.freeBulk(mbufs, offset, n);
    received += n;
    return n;
  }

  private void check(long mbuf) {
    long data = Mbuf.mtod(mbuf);
    int number = (int) Memory.getLong(data);
    for (int at = 0; at < LENGTH; at += 8) {
      if (Memory.getLong(data + at) != word(number, at)) {
        mismatches.add(number + " at " + at);
      }
    }
    if (seen.get(number)) {
      mismatches.add(number + " twice");
    }
    seen.set(number);
  }

  private JavaProcess secondary(Class<? extends SecondaryApp> app, String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(app.getName(), "--file-prefix", prefix, "--proc-type", "secondary", "--"));
    all.addAll(List.of(arguments));
    return JavaProcess.start(SecondaryMain.class, List.of(), all.toArray(String[]::new));
  }

  private void forwardUntil(int count) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    forwarder.run(
        () -> received >= count || System.nanoTime() - deadline > 0, IdleStrategy.adaptive());
    assertTrue(received >= count, () -> received + " of " + count + " came out");
  }

  private void stop(JavaProcess worker) {
    worker.signal("TERM");
    long deadline = System.nanoTime() + LIMIT.toNanos();
    forwarder.run(
        () -> !worker.isAlive() || System.nanoTime() - deadline > 0, IdleStrategy.adaptive());
    worker.awaitExit(LIMIT);
  }

  @Test
  void shouldPassEveryFrameOnceAndUnchangedOverTwoWorkers() {
    try (JavaProcess first = secondary(Worker.class);
        JavaProcess second = secondary(Worker.class, "yield")) {
      first.awaitLine("ready", LIMIT);
      second.awaitLine("ready", LIMIT);
      forwardUntil(FRAMES);
      stop(first);
      stop(second);
      first.awaitLine("other=\\d+", LIMIT);
    }
    assertEquals(0, forwarder.drain(LIMIT, IdleStrategy.yield()));
    assertEquals(List.of(), mismatches);
    assertEquals(FRAMES, seen.cardinality());
    assertEquals(pool.size(), pool.availCount());
    Forwarding.PortStats source = forwarder.forwarding().ports().get(0);
    Forwarding.PortStats sink = forwarder.forwarding().ports().get(1);
    assertEquals(
        new Forwarding.PortStats("source", FRAMES, FRAMES * LENGTH, 0, 0, source.cycles()), source);
    assertEquals(
        new Forwarding.PortStats("sink", 0, 0, FRAMES, FRAMES * LENGTH, sink.cycles()), sink);
    assertTrue(source.cyclesPerPacket() > 0, source::toString);
    assertTrue(sink.cyclesPerPacket() > 0, sink::toString);
    List<Forwarding.ProcessStats> processes = forwarder.forwarding().processes();
    assertEquals(3, processes.size());
    assertEquals(FRAMES, processes.get(0).packets());
    assertEquals(FRAMES, processes.get(1).packets() + processes.get(2).packets());
    assertTrue(processes.get(1).packets() > 0 && processes.get(2).packets() > 0);
    assertTrue(processes.stream().allMatch(process -> process.drops() == 0));
  }

  @Test
  void shouldLoseNothingWhenAWorkerLeavesAndAnotherComes() {
    try (JavaProcess first = secondary(Worker.class)) {
      first.awaitLine("ready", LIMIT);
      forwardUntil(FRAMES / 4);
      stop(first);
    }
    try (JavaProcess second = secondary(Worker.class)) {
      second.awaitLine("ready", LIMIT);
      forwardUntil(FRAMES);
      stop(second);
    }
    assertEquals(0, forwarder.drain(LIMIT, IdleStrategy.yield()));
    assertEquals(List.of(), mismatches);
    assertEquals(FRAMES, seen.cardinality());
    assertEquals(pool.size(), pool.availCount());
  }

  @Test
  void shouldGoOnWithTheOthersAndCountWhatAKilledWorkerHeld() {
    try (JavaProcess killed = secondary(Worker.class);
        JavaProcess other = secondary(Worker.class)) {
      killed.awaitLine("ready", LIMIT);
      other.awaitLine("ready", LIMIT);
      forwardUntil(FRAMES / 4);
      killed.kill();
      long deadline = System.nanoTime() + LIMIT.toNanos();
      forwarder.run(
          () ->
              received + forwarder.forwarding().stranded() >= FRAMES
                  || System.nanoTime() - deadline > 0,
          IdleStrategy.adaptive());
      stop(other);
    }
    assertEquals(0, forwarder.drain(LIMIT, IdleStrategy.yield()));
    assertEquals(List.of(), mismatches);
    long stranded = forwarder.forwarding().stranded();
    assertEquals(FRAMES, seen.cardinality() + stranded);
    assertTrue(stranded <= 32, () -> stranded + " were in its hands");
    Await.until(
        "what the dead one held to be in the pool again",
        LIMIT,
        () -> pool.availCount() == pool.size(),
        pool::dump);
  }

  @Test
  void shouldFreeAndCountWhatAWorkerGivesBackWithAPortThatThereIsNot() {
    Forwarding forwarding = forwarder.forwarding();
    int place = forwarding.claim();
    forwarding.move(place, WorkerState.CLAIMED, WorkerState.RUNNING);
    long[] burst = new long[32];
    int[] spoilt = new int[1];
    long deadline = System.nanoTime() + LIMIT.toNanos();
    forwarder.run(
        () -> {
          int n = forwarding.in(place).dequeueBurst(burst, 0, burst.length);
          for (int i = 0; i < n; i += 2) {
            Mbuf.setPort(burst[i], i % 4 == 0 ? 2 : Mbuf.PORT_INVALID);
            spoilt[0]++;
          }
          assertEquals(n, forwarding.out(place).enqueueBurst(burst, 0, n));
          return received + forwarding.stranded() == FRAMES || System.nanoTime() - deadline > 0;
        },
        IdleStrategy.yield());
    assertEquals(0, forwarder.drain(LIMIT, IdleStrategy.yield()));
    assertEquals(List.of(), mismatches);
    assertTrue(spoilt[0] > 0);
    assertEquals(spoilt[0], forwarding.stranded());
    assertEquals(FRAMES - spoilt[0], seen.cardinality());
    assertEquals(pool.size(), pool.availCount());
  }

  @Test
  void shouldShowEverybodysCountsInTheMonitor() {
    try (JavaProcess worker = secondary(Worker.class);
        JavaProcess monitor = secondary(Monitor.class, "50")) {
      worker.awaitLine("ready", LIMIT);
      forwardUntil(FRAMES);
      monitor.awaitLine(
          "monitor: source rx=" + FRAMES + " tx=0 sink rx=0 tx=" + FRAMES + " primary=" + FRAMES,
          LIMIT);
      monitor.signal("TERM");
      monitor.awaitExit(LIMIT);
      stop(worker);
    }
  }

  @Test
  void shouldRefuseAWorkerTooMany() {
    Forwarding forwarding = forwarder.forwarding();
    for (int i = 0; i < 3; i++) {
      assertEquals(i, forwarding.claim());
    }
    SluiceException e = assertThrows(SluiceException.class, forwarding::claim);
    assertEquals(
        "all 3 workers' places are taken; start the primary with more (EBUSY)", e.getMessage());
  }

  @Test
  void shouldGiveBackAllMemoryWhenClosed() {
    long before = primary.memory().heap(0).stats().allocCount();
    try (Forwarder another = forwarder) {
      assertEquals(3, another.forwarding().workers());
    }
    assertTrue(primary.memory().heap(0).stats().allocCount() < before);
    assertThrows(SluiceException.class, () -> Forwarding.lookup(primary.memory()));
  }
}
