package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.RuntimeDirectory;
import io.sluice.config.StockPrimary;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Ring;
import io.sluice.testing.Await;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
  private static final int POOL_SIZE = CProcess.POOL_SIZE;
  private static final int MESSAGES = StockTraffic.MESSAGES;
  private static final int GROWTH = 48 << 20;

  @TempDir private static Path folder;

  private static Path program;

  @BeforeAll
  static void compile() throws IOException, InterruptedException {
    program = CProcess.compile(folder);
  }

  private static CPrimary primary(int ringFlags) throws IOException {
    return new CPrimary(program, ringFlags, "0");
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
    try (CPrimary primary = primary(flags);
        SharedMemory memory = primary.attach()) {
      Mempool pool = Mempool.lookup(memory, "MBUFS");
      assertEquals(POOL_SIZE, pool.size());
      assertEquals(POOL_SIZE, pool.availCount());
      primary.tell("send " + MESSAGES);
      StockTraffic.receive(Ring.lookup(memory, "TO_JAVA"));
      assertEquals("sent " + MESSAGES, primary.await("sent"));
      primary.tell("receive " + MESSAGES);
      StockTraffic.send(pool, Ring.lookup(memory, "FROM_JAVA"));
      assertEquals("received " + MESSAGES + " bad 0", primary.await("received"));
      primary.assertUnharmed();
    }
  }

  @Test
  void shouldLeaveAloneThePoolsWhoseBackendItDoesNotKnow() throws IOException {
    try (CPrimary primary = primary(0);
        SharedMemory memory = primary.attach()) {
      List<String> known = new ArrayList<>();
      Mempool.walk(memory, pool -> known.add(pool.name()));
      assertEquals(List.of("MBUFS"), known);
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
    try (CPrimary primary = new CPrimary(program, 0, lcores)) {
      StockPrimary seen = StockPrimary.of(RuntimeDirectory.of(primary.prefix)).orElseThrow();
      assertEquals(primary.pid(), seen.pid());
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
    try (CPrimary primary = primary(0);
        SharedMemory memory = primary.attach()) {
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

  @Test
  void shouldPassMbufsWhileMemoryComesAndGoesOnBothSides() throws Exception {
    try (CPrimary primary = primary(0);
        SharedMemory memory = primary.attach()) {
      long before = memory.memsegs().totalSize();
      AtomicBoolean stop = new AtomicBoolean();
      AtomicInteger blocks = new AtomicInteger();
      FutureTask<Void> growth =
          new FutureTask<>(
              () -> {
                while (!stop.get()) {
                  growAndShrink(memory);
                  blocks.incrementAndGet();
                }
                return null;
              });
      Thread thread = new Thread(growth, "growth");
      thread.start();
      primary.tell("churn " + MESSAGES);
      StockTraffic.receive(Ring.lookup(memory, "TO_JAVA"));
      assertEquals("churned " + MESSAGES, primary.await("churned"));
      Await.until("a few blocks", LIMIT, () -> blocks.get() > 20 || growth.isDone());
      stop.set(true);
      growth.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      primary.assertUnharmed();
      assertEquals(before, memory.memsegs().totalSize());
      assertEquals(List.of(), memory.heap(-1).audit());
    }
  }

  /** What is at a place of a block, and in the 64 bytes from it on. */
  private static String dump(long block, long place) {
    StringBuilder text = new StringBuilder();
    text.append(String.format("0x%x, 0x%x from its beginning:", place, place - block));
    for (long at = place; at < place + 64; at++) {
      text.append(String.format(" %02x", Memory.getByte(at)));
    }
    return text.toString();
  }

  /** A block that takes pages of its own, written from end to end. */
  private static void growAndShrink(SharedMemory memory) {
    int size = 4 << 20;
    long block = memory.heap(-1).malloc(null, size, 0);
    assertNotEquals(0, block);
    Memory.fill(block, size, (byte) 0x5a);
    for (long at = block; at < block + size; at += 4096) {
      long place = at;
      assertEquals(0x5a, Memory.getByte(at), () -> dump(block, place));
    }
    memory.heap(-1).free(block);
  }

  @Test
  void shouldReadSegmentsFieldsAndFlagsAndGiveUpItsReference() throws IOException {
    try (CPrimary primary = primary(0);
        SharedMemory memory = primary.attach()) {
      primary.tell("special 0");
      String[] special = primary.await("special").split(" ");
      int offset = MbufDyn.lookupField(memory, "sluice_test_field");
      int bit = MbufDyn.lookupFlag(memory, "sluice_test_flag");
      assertEquals(Integer.parseInt(special[1]), offset);
      assertEquals(Integer.parseInt(special[2]), bit);
      Ring ring = Ring.lookup(memory, "TO_JAVA");
      long packet = ring.dequeue();
      assertEquals(3, Mbuf.nbSegs(packet));
      assertEquals(10 + 11 + 12, Mbuf.pktLen(packet));
      assertEquals(4711, Memory.getInt(packet + offset));
      assertEquals(1L << bit, Mbuf.olFlags(packet));
      byte letter = 'a';
      for (long segment = packet; segment != 0; segment = Mbuf.next(segment), letter++) {
        assertEquals(2, Mbuf.refcnt(segment));
        assertEquals(10 + letter - 'a', Mbuf.dataLen(segment));
        for (int i = 0; i < Mbuf.dataLen(segment); i++) {
          assertEquals(letter, Memory.getByte(Mbuf.mtod(segment) + i));
        }
      }
      Mbuf.free(packet);
      primary.tell("kept 0");
      assertEquals("kept 1", primary.await("kept"));
      primary.assertUnharmed();
    }
  }
}
