package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Libc;
import io.sluice.testing.Await;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.StockProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Stock DPDK's ring code and ours on one ring at once: a C program over the installed {@code
 * rte_ring.h} produces and consumes beside this JVM.
 */
@RequiresCommand({"gcc", "pkg-config"})
class RingStockPeerTest {
  /** From JDK 25 on the common pool runs such tasks one after the other on two cores. */
  private static final Executor OWN_THREADS = task -> new Thread(task).start();

  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final int SLOTS = 256;
  private static final int MESSAGES = 1_000_000;

  /**
   * With two on a side and more of them than cores, DPDK's wait for the other one's tail spins a
   * whole time slice for each burst: a million took two minutes on one core, 200 times as long as
   * otherwise.
   */
  private static final int MESSAGES_OF_SEVERAL = 50_000;

  @TempDir static Path directory;

  private static Path peer;

  @BeforeAll
  static void buildPeer() throws Exception {
    peer = StockProgram.compile(RingStockPeerTest.class, "ring_peer.c", directory);
  }

  /**
   * A ring in a file that two processes map; not on a disk, where a store may have to wait until
   * the page is written.
   */
  private static final class SharedRing implements AutoCloseable {
    final Path file;
    final long length = Ring.memsize(SLOTS);
    final long address;
    final Ring ring;

    SharedRing(int flags, int messages) throws IOException {
      file = Files.createTempFile(SHARED_MEMORY, "sluice-ring", "");
      int fd = Libc.open(file.toString(), Libc.O_RDWR, 0);
      assertEquals(0, Libc.ftruncate(fd, length));
      address = Libc.mmap(0, length, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, fd, 0);
      Libc.close(fd);
      assertTrue(address > 0, "mmap " + address);
      ring = Ring.init(address, "peer", SLOTS, flags);
      ring.prod.set(-messages);
      ring.cons.set(-messages);
    }

    Process peer(String... arguments) throws IOException {
      List<String> command =
          new ArrayList<>(List.of(peer.toString(), file.toString(), String.valueOf(length)));
      command.addAll(List.of(arguments));
      return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    @Override
    public void close() throws IOException {
      Libc.munmap(address, length);
      Files.delete(file);
    }
  }

  private static <T> T resultOf(CompletableFuture<T> task, Ring ring, List<Process> processes) {
    Await.until("it is done", LIMIT, task::isDone, () -> ring.dump() + statesOf(processes));
    return task.join();
  }

  /** What the kernel says of each: running or not, where it waits, its processor time. */
  private static String statesOf(List<Process> processes) {
    StringBuilder states = new StringBuilder();
    for (Process process : processes) {
      for (String file : List.of("stat", "wchan", "syscall")) {
        try {
          Path path = Path.of("/proc", "" + process.pid(), file);
          states.append('\n').append(path).append(' ').append(Files.readString(path));
        } catch (IOException e) {
          states.append('\n').append(e);
        }
      }
    }
    return states.toString();
  }

  private static List<String> outputOf(Process process, Ring ring) throws Exception {
    Await.until(
        "the peer has ended",
        LIMIT,
        () -> !process.isAlive(),
        () -> ring.dump() + statesOf(List.of(process)));
    String output = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.exitValue(), output);
    return output.lines().toList();
  }

  private static RingStressTest.Seen seenBy(Process consumer, Ring ring) throws Exception {
    RingStressTest.Seen seen = new RingStressTest.Seen();
    for (String line : outputOf(consumer, ring)) {
      String[] words = line.split(" ");
      int producer = Integer.parseInt(words[1]);
      seen.count[producer] = Long.parseLong(words[2]);
      seen.sum[producer] = Long.parseLong(words[3]);
      seen.inOrder &= Boolean.parseBoolean(words[4]);
    }
    return seen;
  }

  private static void stopAll(List<Process> processes) {
    processes.forEach(Process::destroyForcibly);
  }

  @ParameterizedTest(name = "flags=0x{0}")
  @MethodSource("io.sluice.ring.RingModes#multi")
  void shouldShareBothSidesWithStockDpdk(int flags) throws Exception {
    List<Process> processes = new ArrayList<>();
    try (SharedRing shared = new SharedRing(flags, MESSAGES_OF_SEVERAL)) {
      Ring ring = shared.ring;
      try {
        Process consumer = shared.peer("consume");
        processes.add(consumer);
        Process producer = shared.peer("produce", "2", String.valueOf(MESSAGES_OF_SEVERAL));
        processes.add(producer);
        var ours = CompletableFuture.supplyAsync(() -> RingStressTest.consume(ring), OWN_THREADS);
        var made =
            CompletableFuture.runAsync(
                () -> RingStressTest.produce(ring, 1, MESSAGES_OF_SEVERAL), OWN_THREADS);
        resultOf(made, ring, processes);
        assertEquals(List.of("done"), outputOf(producer, ring));
        RingStressTest.stop(ring);
        RingStressTest.stop(ring);
        RingStressTest.Seen mine = resultOf(ours, ring, processes);
        RingStressTest.assertAllSeen(List.of(mine, seenBy(consumer, ring)), 2, MESSAGES_OF_SEVERAL);
        assertTrue(ring.isEmpty());
      } finally {
        stopAll(processes);
      }
    }
  }

  @ParameterizedTest(name = "flags=0x{0}")
  @MethodSource("io.sluice.ring.RingModes#symmetric")
  void shouldPassBetweenStockDpdkAndJavaEitherWay(int flags) throws Exception {
    List<Process> processes = new ArrayList<>();
    try (SharedRing shared = new SharedRing(flags, MESSAGES)) {
      Ring ring = shared.ring;
      try {
        Process producer = shared.peer("produce", "1", String.valueOf(MESSAGES));
        processes.add(producer);
        var ours = CompletableFuture.supplyAsync(() -> RingStressTest.consume(ring), OWN_THREADS);
        assertEquals(List.of("done"), outputOf(producer, ring));
        RingStressTest.stop(ring);
        RingStressTest.Seen mine = resultOf(ours, ring, processes);
        RingStressTest.assertAllSeen(List.of(mine), 1, MESSAGES);

        Process consumer = shared.peer("consume");
        processes.add(consumer);
        RingStressTest.produce(ring, 1, MESSAGES);
        RingStressTest.stop(ring);
        RingStressTest.assertAllSeen(List.of(seenBy(consumer, ring)), 1, MESSAGES);
        assertTrue(ring.isEmpty());
      } finally {
        stopAll(processes);
      }
    }
  }
}
