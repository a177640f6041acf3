package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.config.EalOptions;
import io.sluice.config.RuntimeDirectory;
import io.sluice.config.StockPrimary;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Ring;
import io.sluice.testing.HugepageMounts;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.UniquePrefix;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A secondary of ours on a primary of stock DPDK, whose rings, pool and heap it uses. */
@RequiresRoot
@RequiresCommand({"gcc", "pkg-config"})
@RequiresHugepages(kb = 2048, count = 128)
@Timeout(180)
class StockPrimaryTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int POOL_SIZE = 2047;
  private static final int BURST = 32;
  private static final int MESSAGES = 1_000_000;
  private static final int GROWTH = 48 << 20;

  @TempDir private static Path folder;

  private static Path program;

  @BeforeAll
  static void compile() throws IOException, InterruptedException {
    assumeTrue(
        run("sh", "-c", "pkg-config --atleast-version=22.11 --max-version=22.11.99 libdpdk") == 0,
        "needs libdpdk-dev 22.11");
    Path source = folder.resolve("stock_primary.c");
    try (InputStream text = StockPrimaryTest.class.getResourceAsStream("stock_primary.c")) {
      Files.copy(text, source);
    }
    program = folder.resolve("stock_primary");
    String build =
        "gcc -O2 -o " + program + " " + source + " $(pkg-config --cflags --libs libdpdk)";
    assertEquals(0, run("sh", "-c", build));
  }

  private static int run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    return process.waitFor(1, TimeUnit.MINUTES) ? process.exitValue() : -1;
  }

  /** The C program, which ends with its input. */
  private static final class CPrimary implements AutoCloseable {
    final String prefix = UniquePrefix.next();
    private final Process process;
    private final BufferedReader output;

    CPrimary(int ringFlags) throws IOException {
      this(ringFlags, "0");
    }

    CPrimary(int ringFlags, String lcores) throws IOException {
      process =
          new ProcessBuilder(
                  program.toString(),
                  "--file-prefix",
                  prefix,
                  "--base-virtaddr=0x200000000000",
                  "--no-pci",
                  "--no-telemetry",
                  // Growth must not fit in a page of 1 GB, which DPDK takes where it finds one.
                  "--huge-dir=" + HugepageMounts.of(2048).orElseThrow(),
                  "-l",
                  lcores,
                  "-m",
                  "32",
                  "--",
                  "" + ringFlags)
              .redirectErrorStream(true)
              .start();
      output = process.inputReader(StandardCharsets.UTF_8);
      await("ready");
    }

    void tell(String order) {
      try {
        process.getOutputStream().write((order + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** The next line that begins so. */
    String await(String start) throws IOException {
      StringBuilder seen = new StringBuilder();
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith(start)) {
          return line;
        }
        seen.append(line).append('\n');
      }
      throw new AssertionError("no line '" + start + "' in:\n" + seen);
    }

    @Override
    public void close() throws IOException {
      process.getOutputStream().close();
      try {
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static SharedMemory attach(CPrimary primary) {
    return SharedMemory.attach(
        EalOptions.parse("--proc-type", "secondary", "--file-prefix", primary.prefix, "--no-pci"));
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        Ring.SP_ENQ | Ring.SC_DEQ,
        Ring.MP_RTS_ENQ | Ring.MC_RTS_DEQ,
        Ring.MP_HTS_ENQ | Ring.MC_HTS_DEQ
      })
  void shouldPassMbufsBothWaysOverItsRings(int flags) throws IOException {
    try (CPrimary primary = new CPrimary(flags);
        SharedMemory memory = attach(primary)) {
      Mempool pool = Mempool.lookup(memory, "FROM_C");
      assertEquals(POOL_SIZE, pool.size());
      assertEquals(POOL_SIZE, pool.availCount());
      primary.tell("send " + MESSAGES);
      receive(Ring.lookup(memory, "TO_JAVA"));
      assertEquals("sent " + MESSAGES, primary.await("sent"));
      primary.tell("receive " + MESSAGES);
      send(pool, Ring.lookup(memory, "FROM_JAVA"));
      assertEquals("received " + MESSAGES + " bad 0", primary.await("received"));
      primary.tell("state 0");
      assertEquals("state pool " + POOL_SIZE + " rings 0 0", primary.await("state"));
    }
  }

  /** Ends the test when the other side does nothing for too long. */
  private static void requireProgress(long since, Ring ring) {
    if (System.nanoTime() - since > LIMIT.toNanos()) {
      throw new AssertionError("the C process does nothing more: " + ring.dump());
    }
    Thread.yield();
  }

  private static void receive(Ring ring) {
    long[] burst = new long[BURST];
    long since = System.nanoTime();
    for (long number = 0; number < MESSAGES; ) {
      int n = ring.dequeueBurst(burst, 0, BURST);
      for (int i = 0; i < n; i++, number++) {
        assertEquals(number, Memory.getLong(Mbuf.mtod(burst[i])));
        assertEquals(Long.BYTES, Mbuf.pktLen(burst[i]));
        assertEquals((int) number, Mbuf.rssHash(burst[i]));
      }
      Mbuf.freeBulk(burst, 0, n);
      if (n == 0) {
        requireProgress(since, ring);
      }
    }
  }

  /** Packets of two segments each. */
  private static void send(Mempool pool, Ring ring) {
    long[] both = new long[2];
    long since = System.nanoTime();
    for (long number = 0; number < MESSAGES; number++) {
      while (Mbuf.allocBulk(pool, both, 0, 2) == 0) {
        requireProgress(since, ring);
      }
      Memory.putLong(Mbuf.append(both[0], Long.BYTES), number);
      Memory.putLong(Mbuf.append(both[1], Long.BYTES), ~number);
      assertTrue(Mbuf.chain(both[0], both[1]));
      while (ring.enqueueBulk(both, 0, 1) == 0) {
        requireProgress(since, ring);
      }
    }
  }

  @Test
  void shouldLeaveAloneThePoolsWhoseBackendItDoesNotKnow() throws IOException {
    try (CPrimary primary = new CPrimary(0);
        SharedMemory memory = attach(primary)) {
      List<String> known = new ArrayList<>();
      Mempool.walk(memory, pool -> known.add(pool.name()));
      assertEquals(List.of("FROM_C"), known);
      assertEquals(List.of("EMPTY", "STACK"), Mempool.unknown(memory));
      for (String name : Mempool.unknown(memory)) {
        SluiceException refused =
            assertThrows(SluiceException.class, () -> Mempool.lookup(memory, name));
        assertEquals(Errno.ENOTSUP, refused.errno());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0,1"})
  void shouldSeeWhichLcoresItRuns(String lcores) throws IOException {
    try (CPrimary primary = new CPrimary(0, lcores)) {
      StockPrimary seen = StockPrimary.of(RuntimeDirectory.of(primary.prefix)).orElseThrow();
      assertEquals(primary.process.pid(), seen.pid());
      assertEquals("[" + lcores.replace(",", ", ") + "]", seen.lcores().toString());
    }
  }

  private static void assertFilled(long block) {
    for (long at = block; at < block + GROWTH; at += 4096) {
      assertEquals(0x5a, Memory.getByte(at));
    }
  }

  @Test
  void shouldFollowItsPagesAndAskItForMore() throws IOException {
    try (CPrimary primary = new CPrimary(0);
        SharedMemory memory = attach(primary)) {
      long before = memory.memsegs().totalSize();
      primary.tell("grow " + (GROWTH >> 20));
      String grown = primary.await("grown");
      assertFilled(Long.parseLong(grown.substring("grown ".length()), 16));
      long more = memory.memsegs().totalSize();
      assertTrue(more > before, () -> more + " bytes, before " + before);
      long ours = memory.heap(-1).malloc(null, GROWTH, 0);
      assertNotEquals(0, ours);
      Memory.fill(ours, GROWTH, (byte) 0x5a);
      primary.tell("shrink 0");
      primary.await("shrunk");
      assertFilled(ours);
      memory.heap(-1).free(ours);
      assertEquals(before, memory.memsegs().totalSize());
      assertEquals(List.of(), memory.heap(-1).audit());
    }
  }
}
