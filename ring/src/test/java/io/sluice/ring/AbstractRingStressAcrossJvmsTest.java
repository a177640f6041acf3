package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link RingStressTest} asserts of threads, in two JVMs and in every mode. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AbstractRingStressAcrossJvmsTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final int WORKERS = 2;

  /** Of each producer. */
  private static final int MESSAGES = 100_000;

  /**
   * A JVM with a producer and a consumer, each where the mode of a ring allows this worker one:
   * file prefix, worker, messages, options for the pages. It takes the names of rings from its
   * input.
   */
  static final class Worker {
    public static void main(String[] arguments) throws Exception {
      int worker = Integer.parseInt(arguments[1]);
      int messages = Integer.parseInt(arguments[2]);
      List<String> pages = List.of(arguments).subList(3, arguments.length);
      try (SharedMemory memory = attach(arguments[0], pages);
          Scanner names = new Scanner(System.in, StandardCharsets.UTF_8)) {
        System.out.println("ready");
        while (names.hasNextLine()) {
          work(Ring.lookup(memory, names.nextLine()), worker, messages);
        }
      }
    }

    /** The consumer prints what it saw, whose first line says that there was one. */
    private static void work(Ring ring, int worker, int messages) throws Exception {
      Thread producer = new Thread(() -> RingStressTest.produce(ring, worker, messages));
      if (produces(ring, worker)) {
        producer.start();
      }
      FutureTask<RingStressTest.Seen> consumer =
          new FutureTask<>(() -> RingStressTest.consume(ring));
      if (consumes(ring, worker)) {
        new Thread(consumer).start();
      }
      producer.join();
      System.out.println(ring.name() + " produced");
      if (consumes(ring, worker)) {
        RingStressTest.Seen seen = consumer.get();
        StringBuilder line = new StringBuilder(ring.name() + " saw " + seen.inOrder);
        for (int from = 1; from <= WORKERS; from++) {
          line.append(' ').append(seen.count[from]).append(' ').append(seen.sum[from]);
        }
        System.out.println(line);
      }
    }
  }

  /** A side that is ST is one worker's: the first produces, the second consumes. */
  private static boolean produces(Ring ring, int worker) {
    return ring.prodSyncType() != SyncType.ST || worker == 1;
  }

  private static boolean consumes(Ring ring, int worker) {
    return ring.consSyncType() != SyncType.ST || worker == 2;
  }

  private static SharedMemory attach(String prefix, List<String> pages) {
    List<String> options =
        new ArrayList<>(List.of("--proc-type", "secondary", "--file-prefix", prefix));
    options.addAll(pages);
    return SharedMemory.attach(EalOptions.parse(options.toArray(String[]::new)));
  }

  private SharedMemory memory;
  private List<JavaProcess> workers;

  /** Options that say on which pages the memory lies; none for hugepages. */
  abstract List<String> pages();

  @BeforeAll
  void startWorkers() {
    String prefix = UniquePrefix.next();
    List<String> options = new ArrayList<>(List.of("--file-prefix", prefix, "-m", "8", "--no-pci"));
    options.addAll(pages());
    memory = SharedMemory.create(EalOptions.parse(options.toArray(String[]::new)));
    assertEquals(pages().isEmpty(), memory.isHugepageBacked());
    workers = new ArrayList<>();
    for (int worker = 1; worker <= WORKERS; worker++) {
      List<String> arguments = new ArrayList<>(List.of(prefix, "" + worker, "" + MESSAGES));
      arguments.addAll(pages());
      workers.add(JavaProcess.start(Worker.class, arguments.toArray(String[]::new)));
    }
    workers.forEach(worker -> worker.awaitLine("ready", LIMIT));
  }

  @AfterAll
  void stopWorkers() {
    workers.forEach(JavaProcess::close);
    memory.close();
  }

  @ParameterizedTest(name = "flags=0x{0}")
  @MethodSource("io.sluice.ring.RingModes#all")
  void shouldConserveBetweenTwoJvmsInEveryMode(int flags) {
    // A ring that holds exactly as many as the others, so that EXACT_SZ fills and empties too.
    int count = (flags & Ring.EXACT_SZ) == 0 ? RingStressTest.SLOTS : RingStressTest.SLOTS - 1;
    String name = "stress" + flags;
    Ring ring = Ring.create(memory, name, count, -1, flags);
    ring.prod.set(-MESSAGES);
    ring.cons.set(-MESSAGES);
    workers.forEach(worker -> worker.send(name));
    workers.forEach(worker -> worker.awaitLine("^" + name + " produced", LIMIT));
    int producers = producersOf(ring);
    List<RingStressTest.Seen> all = new ArrayList<>();
    // The stop entries come behind all else, and from here alone once the producers are done.
    for (int worker = 1; worker <= WORKERS; worker++) {
      if (consumes(ring, worker)) {
        RingStressTest.stop(ring);
      }
    }
    for (int worker = 1; worker <= WORKERS; worker++) {
      if (consumes(ring, worker)) {
        all.add(seenBy(workers.get(worker - 1), name));
      }
    }
    RingStressTest.assertAllSeen(all, producers, MESSAGES);
    assertTrue(ring.isEmpty(), ring::dump);
    ring.free(memory);
  }

  private static int producersOf(Ring ring) {
    return ring.prodSyncType() == SyncType.ST ? 1 : WORKERS;
  }

  private static RingStressTest.Seen seenBy(JavaProcess worker, String name) {
    String[] words = worker.awaitLine("^" + name + " saw (.*)$", LIMIT).group(1).trim().split(" ");
    RingStressTest.Seen seen = new RingStressTest.Seen();
    seen.inOrder = Boolean.parseBoolean(words[0]);
    for (int producer = 1; producer <= WORKERS; producer++) {
      seen.count[producer] = Long.parseLong(words[2 * producer - 1]);
      seen.sum[producer] = Long.parseLong(words[2 * producer]);
    }
    return seen;
  }
}
