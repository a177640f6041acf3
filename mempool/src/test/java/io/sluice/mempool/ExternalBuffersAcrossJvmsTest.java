package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.ring.Ring;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** External buffers that one JVM attaches to mbufs and others free, each with its own callback. */
class ExternalBuffersAcrossJvmsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int BUFFERS = 500;
  private static final int SIZE = 512;
  private static final long CALLBACK = 21;
  private static final int WORKERS = 2;
  private static final String RETURNED = "returned";

  private final String prefix = UniquePrefix.next();
  private SharedMemory memory;
  private Mempool pool;
  private Mempool clones;
  private Ring returned;
  private long buffers;

  @BeforeEach
  void createMemory() {
    memory = TestMemory.primary(prefix);
    pool = PktmbufPool.create(memory, "mbufs", 1023, 0, 0, 256, -1);
    clones = PktmbufPool.create(memory, "clones", 1023, 0, 0, 0, -1);
    returned = Ring.create(memory, RETURNED, 2 * BUFFERS, -1, Ring.EXACT_SZ);
    buffers = memory.heap(-1).zmalloc("external", BUFFERS * SIZE, 64);
  }

  @AfterEach
  void closeMemory() {
    memory.close();
  }

  /** Takes packets off a ring and frees them until one of length 0: prefix, ring, lcore. */
  static final class Frees {
    private static int called;
    private static int wrong;

    public static void main(String[] arguments) {
      int lcore = Integer.parseInt(arguments[2]);
      try (SharedMemory memory = TestMemory.secondary(arguments[0], lcore)) {
        Ring returned = Ring.lookup(memory, RETURNED);
        ExternalBuffers.register(
            CALLBACK,
            (buffer, opaque) -> {
              called++;
              wrong += Memory.getLong(buffer) == opaque && returned.enqueue(buffer) ? 0 : 1;
            });
        System.out.println("ready");
        TestMemory.asLcore(lcore, () -> free(Ring.lookup(memory, arguments[1])));
        System.out.println("called " + called + " wrong " + wrong);
      }
    }

    private static void free(Ring ring) {
      while (true) {
        long m = ring.dequeue();
        if (m == 0) {
          Thread.yield();
          continue;
        }
        long data = Mbuf.mtod(m);
        if (Mbuf.pktLen(m) == 0) {
          Mbuf.free(m);
          return;
        }
        wrong += Mbuf.hasExtbuf(m) && Memory.getLong(data + 8) == ~Memory.getLong(data) ? 0 : 1;
        Mbuf.free(m);
      }
    }
  }

  private long attached(int number) {
    long buffer = buffers + (long) number * SIZE;
    Memory.putLong(buffer, number);
    Memory.putLong(buffer + 8, ~(long) number);
    long shinfo = ExternalBuffers.initAtEnd(buffer, SIZE, CALLBACK, number);
    long m = Mbuf.alloc(pool);
    MbufAttach.attachExtbuf(m, buffer, -1, (int) (shinfo - buffer), shinfo);
    assertEquals(buffer, Mbuf.append(m, 100));
    return m;
  }

  private static void enqueue(Ring ring, long m) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!ring.enqueue(m)) {
      assertTrue(System.nanoTime() - deadline < 0, ring::dump);
      Thread.yield();
    }
  }

  /** Each packet goes to one, and a clone of it to the other: who is last gives the buffer back. */
  @Test
  void shouldCallTheLastUsersOwnCallbackOnceForEachBuffer() {
    ExternalBuffers.register(CALLBACK, (buffer, opaque) -> fail("this process freed nothing"));
    List<Ring> rings = new ArrayList<>();
    List<JavaProcess> workers = new ArrayList<>();
    try {
      for (int i = 0; i < WORKERS; i++) {
        rings.add(Ring.create(memory, "to" + i, 64, -1, Ring.SP_ENQ | Ring.SC_DEQ));
        workers.add(JavaProcess.start(Frees.class, prefix, "to" + i, "" + (10 + i)));
      }
      workers.forEach(worker -> worker.awaitLine("ready", LIMIT));
      for (int number = 0; number < BUFFERS; number++) {
        long m = attached(number);
        long clone = MbufAttach.clone(m, clones);
        enqueue(rings.get(number % WORKERS), m);
        enqueue(rings.get((number + 1) % WORKERS), clone);
      }
      rings.forEach(ring -> enqueue(ring, Mbuf.alloc(pool)));
      int called = 0;
      for (JavaProcess worker : workers) {
        Matcher line = worker.awaitLine("called (\\d+) wrong (\\d+)", LIMIT);
        called += Integer.parseInt(line.group(1));
        assertEquals("0", line.group(2));
        assertEquals(0, worker.awaitExit(LIMIT));
      }
      assertEquals(BUFFERS, called);
    } finally {
      workers.forEach(JavaProcess::close);
    }
    assertEachCameBackOnce();
    assertEquals(pool.size(), pool.availCount());
    assertEquals(clones.size(), clones.availCount());
    pool.audit();
    clones.audit();
  }

  private void assertEachCameBackOnce() {
    BitSet seen = new BitSet();
    for (long buffer = returned.dequeue(); buffer != 0; buffer = returned.dequeue()) {
      int number = (int) ((buffer - buffers) / SIZE);
      assertEquals(buffers + (long) number * SIZE, buffer);
      assertFalse(seen.get(number), () -> number + " came back twice");
      assertEquals(number, Memory.getLong(buffer));
      seen.set(number);
    }
    assertEquals(BUFFERS, seen.cardinality());
  }

  /** Frees what comes first, says what it was told, and waits: prefix, ring, lcore. */
  static final class HasNoCallback {
    public static void main(String[] arguments) throws IOException {
      int lcore = Integer.parseInt(arguments[2]);
      try (SharedMemory memory = TestMemory.secondary(arguments[0], lcore)) {
        Ring ring = Ring.lookup(memory, arguments[1]);
        System.out.println("ready");
        Await.until("a packet", LIMIT, () -> !ring.isEmpty(), ring::dump);
        TestMemory.asLcore(
            lcore,
            () -> {
              try {
                Mbuf.free(ring.dequeue());
              } catch (IllegalStateException e) {
                System.out.println("refused " + e.getMessage());
              }
            });
        System.in.read();
      }
    }
  }

  @Test
  void shouldTellWhoHasNoCallbackInOneLineAndGetTheMbufBackWhenItDies() {
    Ring ring = Ring.create(memory, "to", 8, -1, 0);
    try (JavaProcess child = JavaProcess.start(HasNoCallback.class, prefix, "to", "10")) {
      child.awaitLine("ready", LIMIT);
      long m = attached(3);
      enqueue(ring, m);
      child.awaitLine(
          "^refused external buffer at 0x"
              + Long.toHexString(buffers + 3 * SIZE)
              + ": this process has no free callback 21; register it before freeing such mbufs$",
          LIMIT);
      child.kill();
    }
    Await.until("the mbuf is back", LIMIT, pool::isFull, pool::dump);
    assertTrue(returned.isEmpty(), "nobody gave the buffer back");
    assertEquals(3, Memory.getLong(buffers + 3 * SIZE));
    pool.audit();
  }
}
