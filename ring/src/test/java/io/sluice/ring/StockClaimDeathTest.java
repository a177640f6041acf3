package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.testing.Await;
import io.sluice.testing.HugepageMounts;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.StockProgram;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A JVM dies in a claim on a ring that a process of stock DPDK uses too, which never says what it
 * has claimed: that is left to it, whatever it does, and what the dead one has claimed is undone as
 * soon as it is certain whose it is. At once if it has said so.
 */
@Tag("deaths")
@RequiresRoot
@RequiresCommand({"gcc", "pkg-config", "unshare"})
@RequiresHugepages(kb = 2048, count = 32)
@Timeout(120)
class StockClaimDeathTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final List<String> FAULTS = List.of("-Dsluice.faults=true");
  private static final int KILLED = 128 + 9;
  private static final int MT = 0;
  private static final int RTS = Ring.MP_RTS_ENQ | Ring.MC_RTS_DEQ;
  private static final int HTS = Ring.MP_HTS_ENQ | Ring.MC_HTS_DEQ;
  private static final int COUNT = 3;
  private static final List<Long> BEFORE = numbers(1, 2 * COUNT);
  private static final long STOCK = 100;

  /** The store ahead of which it dies: the compare-and-set that claims, behind two that say so, */
  private static final int CLAIM = 3;

  /** the note that says that it has, */
  private static final int NOTE = 4;

  /** and what comes then. */
  private static final int AFTER_NOTE = 5;

  private static final int LOOKS = 200;
  private static final String[] APART = {"unshare", "--pid", "--fork", "--kill-child"};

  @TempDir private static Path folder;

  private static Path program;

  private final String prefix = UniquePrefix.next();
  private SharedMemory memory;
  private Ring ring;

  @BeforeAll
  static void compile() throws IOException, InterruptedException {
    program = StockProgram.compile(StockClaimDeathTest.class, "stock_claimer.c", folder);
  }

  @AfterEach
  void close() {
    memory.close();
  }

  static Stream<Arguments> operations() {
    return Stream.of(MT, RTS, HTS)
        .flatMap(flags -> Stream.of("enqueue", "dequeue").map(each -> Arguments.of(flags, each)));
  }

  static Stream<Arguments> operationsAndPeeks() {
    return Stream.concat(
        operations(), Stream.of("peekEnqueue", "peekDequeue").map(each -> Arguments.of(HTS, each)));
  }

  private void create(int flags) throws IOException {
    String mount = HugepageMounts.of(2048).orElseThrow().toString();
    memory =
        SharedMemory.create(
            EalOptions.parse("--file-prefix", prefix, "-m", "8", "--no-pci", "--huge-dir", mount));
    ring = Ring.create(memory, RingVictim.RING, RingVictim.SLOTS, -1, flags);
    fill();
  }

  private void fill() {
    enqueue(BEFORE);
  }

  private void enqueue(List<Long> values) {
    long[] entries = values.stream().mapToLong(each -> each).toArray();
    assertEquals(entries.length, ring.enqueueBulk(entries, 0, entries.length), ring::dump);
  }

  private static List<Long> numbers(long first, int count) {
    return LongStream.range(first, first + count).boxed().toList();
  }

  private List<Long> drain() {
    long[] entries = new long[RingVictim.SLOTS];
    int count = ring.dequeueBurst(entries, 0, entries.length);
    return LongStream.of(entries).limit(count).boxed().toList();
  }

  private JavaProcess victim() {
    JavaProcess victim = JavaProcess.start(RingVictim.class, FAULTS, prefix, "secondary");
    victim.awaitLine("ready", LIMIT);
    return victim;
  }

  private static void die(JavaProcess victim, String operation, int nth) {
    victim.send(operation + " " + nth + " 1000 " + COUNT);
    assertEquals(KILLED, victim.awaitExit(LIMIT));
  }

  /** Dies in its claim, which nobody undoes ahead of the end of this. */
  private void dieInClaim(String operation, int nth) {
    try (JavaProcess victim = victim()) {
      boolean alone =
          memory
              .processTable()
              .recover(
                  () -> {
                    die(victim, operation, nth);
                    return claimed(operation) == COUNT;
                  });
      assertTrue(alone, ring::dump);
    }
  }

  private static boolean enqueues(String operation) {
    return operation.endsWith("nqueue");
  }

  private RingSide side(String operation) {
    return enqueues(operation) ? ring.prod : ring.cons;
  }

  private int claimed(String operation) {
    return side(operation).headPosition() - side(operation).tailPosition();
  }

  /** However often somebody looks; those who wait do so each millisecond, reapers every 50. */
  private void assertStaysClaimed(String operation) {
    int sync = side(operation).sync;
    long note = enqueues(operation) ? ring.prodNote : ring.consNote;
    long own = ring.address() + (enqueues(operation) ? RingLayout.PROD : RingLayout.CONS);
    for (int look = 0; look < LOOKS; look++) {
      assertFalse(ProtectedClaims.recover(memory.claimants(), note, sync, own), ring::dump);
      assertEquals(COUNT, claimed(operation), ring::dump);
    }
    assertFalse(memory.processTable().allAlive());
  }

  private void awaitRecovery() {
    Await.until("the recovery", LIMIT, () -> memory.processTable().allAlive(), ring::dump);
  }

  /** The C process works with the ring, too, and it takes as many as it should. */
  private void assertWorks(StockClaimer stock) {
    assertEquals(List.of(), drain());
    stock.begin("enqueue", COUNT, STOCK);
    stock.release();
    stock.awaitLine("enqueued " + COUNT);
    assertEquals(numbers(STOCK, COUNT), drain());
    for (int round = 0; round < RingVictim.SLOTS; round++) {
      List<Long> full = numbers(50, ring.capacity());
      enqueue(full);
      assertEquals(0, ring.enqueueBurst(new long[1], 0, 1), ring::dump);
      assertEquals(full, drain());
    }
  }

  /** Has claimed what a JVM then is about to claim, which dies before it finds that. */
  private void assertKeepsItsClaim(StockClaimer stock, String operation) {
    try (JavaProcess victim = victim()) {
      stock.begin(enqueues(operation) ? "enqueue" : "dequeue", COUNT, STOCK);
      Await.until("the claim", LIMIT, () -> claimed(operation) == COUNT, ring::dump);
      stock.stop();
      die(victim, operation, CLAIM);
    }
    assertStaysClaimed(operation);
    stock.release();
    stock.resume();
    List<Long> left = new ArrayList<>(BEFORE);
    if (enqueues(operation)) {
      stock.awaitLine("enqueued " + COUNT);
      left.addAll(numbers(STOCK, COUNT));
    } else {
      stock.awaitLine("dequeued " + COUNT + " 1 2 3");
      left.subList(0, COUNT).clear();
    }
    awaitRecovery();
    assertEquals(left, drain());
    assertWorks(stock);
  }

  @ParameterizedTest(name = "flags=0x{0} {1}")
  @MethodSource("operations")
  void shouldLeaveAStoppedSecondaryWhatItHasClaimed(int flags, String operation)
      throws IOException {
    create(flags);
    try (StockClaimer stock = StockClaimer.secondary(program, prefix)) {
      assertKeepsItsClaim(stock, operation);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"enqueue", "dequeue"})
  void shouldLeaveAStoppedPrimaryWhatItHasClaimed(String operation) throws IOException {
    try (StockClaimer stock = StockClaimer.primary(program, prefix, 0)) {
      memory =
          SharedMemory.attach(
              EalOptions.parse("--file-prefix", prefix, "--proc-type", "secondary", "--no-pci"));
      ring = Ring.lookup(memory, RingVictim.RING);
      fill();
      assertKeepsItsClaim(stock, operation);
    }
  }

  private void assertUndone(String operation) {
    Await.until("the claim to be undone", LIMIT, () -> claimed(operation) == 0, ring::dump);
    awaitRecovery();
    assertEquals(BEFORE, drain());
  }

  @ParameterizedTest(name = "flags=0x{0} {1}")
  @MethodSource("operationsAndPeeks")
  void shouldUndoWhatTheDeadHasSaidToBeItsOwnWhateverAProcessDoes(int flags, String operation)
      throws IOException {
    create(flags);
    try (StockClaimer stock = StockClaimer.secondary(program, prefix)) {
      stock.spin();
      stock.stop();
      dieInClaim(operation, AFTER_NOTE);
      assertUndone(operation);
      stock.resume();
      stock.release();
      stock.awaitLine("spun");
      assertWorks(stock);
    }
  }

  @Test
  void shouldUndoWhatTheDeadHasSaidToBeItsOwnBesideAProcessThatItCannotLookAt() throws IOException {
    create(MT);
    try (StockClaimer stock = StockClaimer.secondary(program, prefix, APART)) {
      stock.spin();
      dieInClaim("enqueue", AFTER_NOTE);
      assertUndone("enqueue");
    }
  }

  @ParameterizedTest(name = "flags=0x{0} {1}")
  @MethodSource("operationsAndPeeks")
  void shouldUndoWhatTheDeadWasAboutToClaimBesideAnIdleProcess(int flags, String operation)
      throws IOException {
    create(flags);
    try (StockClaimer stock = StockClaimer.secondary(program, prefix)) {
      dieInClaim(operation, NOTE);
      assertUndone(operation);
      assertWorks(stock);
    }
  }

  @ParameterizedTest(name = "flags=0x{0} {1}")
  @MethodSource("operationsAndPeeks")
  void shouldUndoWhatTheDeadWasAboutToClaimBesideABusyProcessButNotWhileThatIsStopped(
      int flags, String operation) throws IOException {
    create(flags);
    try (StockClaimer stock = StockClaimer.secondary(program, prefix)) {
      stock.spin();
      stock.stop();
      dieInClaim(operation, NOTE);
      assertStaysClaimed(operation);
      stock.resume();
      assertUndone(operation);
      stock.release();
      stock.awaitLine("spun");
      assertWorks(stock);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"peekEnqueue", "peekDequeue"})
  void shouldLeaveAProcessWhatItPeeksIntoDuringASystemCall(String operation) throws IOException {
    create(HTS);
    try (StockClaimer stock = StockClaimer.secondary(program, prefix)) {
      stock.begin(operation, COUNT, STOCK);
      Await.until("the claim", LIMIT, () -> claimed(operation) == COUNT, ring::dump);
      try (JavaProcess victim = victim()) {
        die(victim, enqueues(operation) ? "dequeue" : "enqueue", AFTER_NOTE);
      }
      // The dead one was not about to make it: its recovery waits for nobody.
      awaitRecovery();
      assertEquals(COUNT, claimed(operation), ring::dump);
      stock.release();
      stock.awaitLine("peeked " + COUNT);
      List<Long> left = new ArrayList<>(BEFORE);
      if (enqueues(operation)) {
        left.addAll(numbers(STOCK, COUNT));
      } else {
        left.subList(0, COUNT).clear();
      }
      assertEquals(left, drain());
      assertWorks(stock);
    }
  }

  @Test
  void shouldUndoNothingThatTheDeadWasAboutToClaimBesideAProcessThatItCannotLookAt()
      throws IOException {
    create(MT);
    try (StockClaimer stock = StockClaimer.secondary(program, prefix, APART)) {
      stock.spin();
      dieInClaim("enqueue", NOTE);
      assertStaysClaimed("enqueue");
    }
    assertUndone("enqueue");
  }
}
