package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.ring.Ring;
import io.sluice.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** As DPDK's {@code mbuf_autotest}, over every kind of pool. After each test every mbuf is back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AbstractMbufTest {
  static final int MBUFS = 127;
  static final int ROOM = 512;
  static final int PRIVATE = 16;

  SharedMemory memory;
  Mempool pool;
  Mempool clones;

  /** A pool of {@link #MBUFS} with {@link #ROOM} and {@link #PRIVATE} bytes, without cache. */
  abstract Mempool createPool(SharedMemory memory);

  /** What an mbuf that is in the pool has in its flags. */
  abstract long flagsInPool();

  /** Asserts that an mbuf has its own buffer. */
  abstract void assertOwnBuffer(long m);

  @BeforeAll
  void createPools() {
    memory = TestMemory.primary();
    pool = createPool(memory);
    clones = PktmbufPool.create(memory, "clones", 63, 0, 0, 0, -1);
  }

  @AfterAll
  void closeMemory() {
    memory.close();
  }

  @AfterEach
  void shouldHaveEveryMbufBack() {
    assertEquals(MBUFS, pool.availCount());
    assertEquals(63, clones.availCount());
    long[] all = new long[MBUFS];
    assertEquals(MBUFS, Mbuf.allocBulk(pool, all, 0, MBUFS));
    for (long m : all) {
      assertPristine(m);
    }
    Mbuf.freeBulk(all, 0, MBUFS);
  }

  private void assertPristine(long m) {
    assertNull(MbufCheck.check(m, true));
    assertEquals(1, Mbuf.refcnt(m));
    assertEquals(1, Mbuf.nbSegs(m));
    assertEquals(0, Mbuf.next(m));
    assertEquals(0, Mbuf.pktLen(m));
    assertEquals(0, Mbuf.dataLen(m));
    assertEquals(Mbuf.HEADROOM, Mbuf.dataOff(m));
    assertEquals(Mbuf.PORT_INVALID, Mbuf.port(m));
    assertEquals(flagsInPool(), Mbuf.olFlags(m));
    assertEquals(0, Mbuf.vlanTci(m));
    assertEquals(ROOM, Mbuf.bufLen(m));
    assertEquals(PRIVATE, Mbuf.privSize(m));
    assertEquals(pool.address(), Mbuf.pool(m));
    assertEquals(memory.heap(-1).virt2iova(Mbuf.bufAddr(m)), Mbuf.bufIova(m));
    assertOwnBuffer(m);
  }

  /** A packet of random bytes over segments of at most {@code perSegment}. */
  long packet(byte[] bytes, int perSegment) {
    long head = 0;
    for (int at = 0; at < bytes.length || head == 0; at += perSegment) {
      int here = Math.min(perSegment, bytes.length - at);
      long m = Mbuf.alloc(pool);
      Memory.copyFromBytes(bytes, at, Mbuf.append(m, here), here);
      if (head == 0) {
        head = m;
      } else {
        assertTrue(Mbuf.chain(head, m));
      }
    }
    return head;
  }

  static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  static byte[] contents(long m) {
    byte[] bytes = new byte[Mbuf.pktLen(m)];
    assertTrue(MbufData.read(m, 0, bytes, 0, bytes.length));
    return bytes;
  }

  /** Asserts that a clone uses the buffer of an mbuf, as one of so many. */
  abstract void assertSharesBuffer(long m, long clone, int users);

  @Test
  void shouldAppendPrependAdjustAndTrim() {
    long m = Mbuf.alloc(pool);
    assertEquals(ROOM - 128, Mbuf.tailroom(m));
    long data = Mbuf.append(m, 100);
    assertEquals(Mbuf.mtod(m), data);
    assertEquals(data + 100, Mbuf.append(m, 20));
    assertEquals(120, Mbuf.pktLen(m));
    assertEquals(0, Mbuf.append(m, ROOM - 128 - 119));
    assertEquals(120, Mbuf.dataLen(m));
    assertEquals(data - 14, Mbuf.prepend(m, 14));
    assertEquals(134, Mbuf.pktLen(m));
    assertEquals(0, Mbuf.prepend(m, 115));
    assertEquals(data + 6, Mbuf.adj(m, 20));
    assertEquals(114, Mbuf.dataLen(m));
    assertEquals(0, Mbuf.adj(m, 115));
    assertTrue(Mbuf.trim(m, 14));
    assertFalse(Mbuf.trim(m, 101));
    assertEquals(100, Mbuf.pktLen(m));
    assertEquals(0, Mbuf.append(m, -1));
    Mbuf.free(m);
  }

  @Test
  void shouldReadAChainAsOnePacket() {
    byte[] bytes = random(700);
    long m = packet(bytes, 150);
    assertEquals(5, Mbuf.nbSegs(m));
    assertFalse(Mbuf.isContiguous(m));
    assertArrayEquals(bytes, contents(m));
    byte[] part = new byte[300];
    assertTrue(MbufData.read(m, 140, part, 0, 300));
    assertArrayEquals(java.util.Arrays.copyOfRange(bytes, 140, 440), part);
    assertFalse(MbufData.read(m, 500, part, 0, 201));
    assertNull(MbufCheck.check(m, true));
    Mbuf.free(m);
  }

  @Test
  void shouldLinearizeWhatFits() {
    byte[] bytes = random(300);
    long m = packet(bytes, 70);
    assertTrue(MbufData.linearize(m));
    assertEquals(1, Mbuf.nbSegs(m));
    assertEquals(300, Mbuf.dataLen(m));
    assertArrayEquals(bytes, contents(m));
    Mbuf.free(m);
    long large = packet(random(700), 150);
    assertFalse(MbufData.linearize(large));
    assertArrayEquals(random(700), contents(large));
    Mbuf.free(large);
  }

  @Test
  void shouldShareDataWithAClone() {
    byte[] bytes = random(400);
    long m = packet(bytes, 150);
    Mbuf.setVlanTci(m, 77);
    long clone = MbufAttach.clone(m, clones);
    assertSharesBuffer(m, clone, 2);
    assertEquals(3, Mbuf.nbSegs(clone));
    assertEquals(77, Mbuf.vlanTci(clone));
    assertEquals(Mbuf.mtod(m), Mbuf.mtod(clone));
    long second = MbufAttach.clone(clone, clones);
    assertSharesBuffer(m, second, 3);
    Mbuf.free(m);
    assertEquals(MBUFS - 3, pool.availCount());
    assertArrayEquals(bytes, contents(clone));
    Mbuf.free(clone);
    assertArrayEquals(bytes, contents(second));
    Mbuf.free(second);
  }

  @Test
  void shouldGiveNoCloneWhenThePoolIsShort() {
    long[] held = new long[62];
    assertEquals(62, Mbuf.allocBulk(clones, held, 0, 62));
    long m = packet(random(400), 150);
    assertEquals(0, MbufAttach.clone(m, clones));
    assertEquals(1, Mbuf.refcnt(m));
    Mbuf.free(m);
    Mbuf.freeBulk(held, 0, 62);
  }

  @Test
  void shouldCopyAPart() {
    byte[] bytes = random(700);
    long m = packet(bytes, 90);
    long copy = MbufData.copy(m, pool, 33, 600);
    assertEquals(600, Mbuf.pktLen(copy));
    assertArrayEquals(java.util.Arrays.copyOfRange(bytes, 33, 633), contents(copy));
    assertNull(MbufCheck.check(copy, true));
    assertEquals(0, MbufData.copy(m, pool, 700, 1));
    Mbuf.free(copy);
    Mbuf.free(m);
  }

  @Test
  void shouldKeepASegmentUntilItsLastOwnerFreesIt() {
    long m = Mbuf.alloc(pool);
    assertEquals(2, Mbuf.refcntUpdate(m, 1));
    Mbuf.free(m);
    assertEquals(1, Mbuf.refcnt(m));
    assertEquals(MBUFS - 1, pool.availCount());
    Mbuf.free(m);
  }

  @Test
  void shouldFreeABulkOfSeveralPoolsAndChains() {
    long[] burst = new long[12];
    for (int i = 0; i < burst.length; i++) {
      burst[i] =
          i == 7
              ? 0
              : i % 3 == 0 ? packet(random(300), 100) : Mbuf.alloc(i % 2 == 0 ? clones : pool);
    }
    Mbuf.freeBulk(burst, 0, burst.length);
    Mbuf.free(0);
  }

  @Test
  void shouldSayWhatIsWrongWithAnMbuf() {
    long m = packet(random(100), 60);
    assertNull(MbufCheck.check(m, true));
    Mbuf.setPktLen(m, 99);
    assertEquals("bad pkt_len", MbufCheck.check(m, true));
    Mbuf.setPktLen(m, 100);
    Mbuf.setNbSegs(m, 3);
    assertEquals("bad nb_segs", MbufCheck.check(m, true));
    Mbuf.setNbSegs(m, 2);
    Mbuf.setRefcnt(m, 0);
    assertEquals("bad ref cnt", MbufCheck.check(m, true));
    Mbuf.setRefcnt(m, 1);
    assertEquals("mbuf is NULL", MbufCheck.check(0, true));
    assertTrue(MbufCheck.dump(m, 20).contains("nb_segs=2"));
    Mbuf.free(m);
  }

  @Test
  void shouldCarryOffloadFieldsAndMarkControlMbufs() {
    long m = CtrlMbuf.alloc(pool);
    assertTrue(CtrlMbuf.isCtrl(m));
    Mbuf.setPort(m, 3);
    Mbuf.setVlanTciOuter(m, 0xfffe);
    Mbuf.setRssHash(m, 0xdeadbeef);
    Mbuf.setPacketType(m, 0x211);
    Mbuf.setTxOffload(m, 0x123456789L);
    assertEquals(3, Mbuf.port(m));
    assertEquals(0xfffe, Mbuf.vlanTciOuter(m));
    assertEquals(0xdeadbeef, Mbuf.rssHash(m));
    assertEquals(0x211, Mbuf.packetType(m));
    assertEquals(0x123456789L, Mbuf.txOffload(m));
    assertEquals(ROOM, Mbuf.bufLen(m));
    Mbuf.free(m);
  }

  @Test
  void shouldReturnZeroWhenThePoolIsExhausted() {
    long[] all = new long[128];
    assertEquals(0, Mbuf.allocBulk(pool, all, 0, 128));
    assertEquals(MBUFS, Mbuf.allocBulk(pool, all, 0, MBUFS));
    assertEquals(0, Mbuf.alloc(pool));
    Mbuf.freeBulk(all, 0, MBUFS);
  }

  @Test
  void shouldFreeSegmentsOneByOne() {
    long m = packet(random(700), 90);
    int segments = Mbuf.nbSegs(m);
    for (int left = segments; m != 0; left--) {
      assertEquals(MBUFS - left, pool.availCount());
      long next = Mbuf.next(m);
      Mbuf.freeSeg(m);
      m = next;
    }
    assertEquals(MBUFS, pool.availCount());
  }

  @Test
  void shouldBeItselfAgainWhenDetached() {
    byte[] bytes = random(200);
    long m = packet(bytes, 200);
    long clone = MbufAttach.clone(m, clones);
    MbufAttach.detach(clone);
    assertTrue(Mbuf.isDirect(clone));
    assertEquals(0, Mbuf.dataLen(clone));
    assertEquals(clone + 128, Mbuf.bufAddr(clone));
    assertArrayEquals(bytes, contents(m));
    Mbuf.free(clone);
    Mbuf.free(m);
  }

  @Test
  void shouldLinearizeWhateverTheLengthsOfItsSegments() {
    for (int[] shape : new int[][] {{100, 1}, {200, 7}, {250, 100}, {330, 33}, {384, 64}}) {
      byte[] bytes = random(shape[0]);
      long m = packet(bytes, shape[1]);
      assertTrue(MbufData.linearize(m), () -> shape[0] + " bytes by " + shape[1]);
      assertTrue(Mbuf.isContiguous(m));
      assertArrayEquals(bytes, contents(m));
      assertNull(MbufCheck.check(m, true));
      Mbuf.free(m);
    }
  }

  @Test
  void shouldReadFromAnyOffset() {
    byte[] bytes = random(600);
    for (int perSegment : new int[] {600 / 3, 61, 384}) {
      long m = packet(bytes, perSegment);
      byte[] part = new byte[600];
      for (int offset = 0; offset <= 600; offset += 37) {
        int length = 600 - offset;
        assertTrue(MbufData.read(m, offset, part, 0, length));
        assertArrayEquals(
            java.util.Arrays.copyOfRange(bytes, offset, 600),
            java.util.Arrays.copyOf(part, length));
        assertFalse(MbufData.read(m, offset, new byte[700], 0, length + 1));
      }
      Mbuf.free(m);
    }
  }

  @Test
  void shouldAllocateBulksOfAnySizeAllOrNothing() {
    long[] mbufs = new long[MBUFS + 1];
    for (int n : new int[] {0, 1, 2, 32, 64, MBUFS - 1, MBUFS}) {
      assertEquals(n, Mbuf.allocBulk(pool, mbufs, 0, n));
      assertEquals(MBUFS - n, pool.availCount());
      Mbuf.freeBulk(mbufs, 0, n);
    }
    assertEquals(0, Mbuf.allocBulk(pool, mbufs, 0, MBUFS + 1));
    assertEquals(MBUFS, pool.availCount());
  }

  @Test
  void shouldResetSegmentCountAndNextWhenFreedInAnyOrder() {
    // A chain taken apart by hand, of which one segment has a second owner.
    long first = Mbuf.alloc(pool);
    long second = Mbuf.alloc(pool);
    long third = Mbuf.alloc(pool);
    Mbuf.setNext(first, second);
    Mbuf.setNext(second, third);
    Mbuf.setNbSegs(first, 3);
    assertEquals(2, Mbuf.refcntUpdate(second, 1));
    Mbuf.free(first);
    assertEquals(MBUFS - 1, pool.availCount());
    Mbuf.freeSeg(second);
    assertEquals(MBUFS, pool.availCount());
  }

  @Test
  void shouldGoBackOnceHoweverManyThreadsHeldIt() throws Exception {
    Ring ring = Ring.create(memory, "references", 4096, -1, Ring.SP_ENQ);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger freed = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Thread thread =
          new Thread(
              () -> {
                while (!stop.get() || !ring.isEmpty()) {
                  long m = ring.dequeue();
                  if (m == 0) {
                    Thread.onSpinWait();
                  } else {
                    Mbuf.free(m);
                    freed.incrementAndGet();
                  }
                }
              });
      thread.start();
      threads.add(thread);
    }
    int references = 0;
    Random random = new Random(7);
    for (int round = 0; round < 20; round++) {
      for (long m = Mbuf.alloc(pool); m != 0; m = Mbuf.alloc(pool)) {
        int count = 1 + random.nextInt(16);
        Mbuf.refcntUpdate(m, count);
        for (int i = 0; i < count; i++) {
          assertTrue(ring.enqueue(m), ring::dump);
        }
        references += count;
        Mbuf.free(m);
        if (ring.freeCount() < 64) {
          break;
        }
      }
      Await.until(
          "all are back",
          Duration.ofSeconds(30),
          () -> pool.availCount() == MBUFS,
          () -> pool.availCount() + " of " + MBUFS + ", " + ring.dump());
    }
    stop.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(references, freed.get());
    ring.free(memory);
  }
}
