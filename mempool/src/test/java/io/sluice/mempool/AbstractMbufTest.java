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
import java.util.function.LongConsumer;
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

  /** The shared memory, as the process under test sees it. */
  SharedMemory openMemory() {
    return TestMemory.primary();
  }

  @BeforeAll
  void createPools() {
    memory = openMemory();
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
    assertNull(MbufCheck.check(Mbuf.next(m), false));
    assertEquals("mbuf is NULL", MbufCheck.check(0, true));
    assertBad(m, "bad mbuf pool", bad -> Memory.putLong(bad + MbufLayout.POOL, 0));
    assertBad(m, "bad mbuf pool", bad -> Memory.putLong(bad + MbufLayout.POOL, m));
    assertBad(m, "bad mbuf pool", bad -> Memory.putLong(bad + MbufLayout.POOL, -64));
    assertBad(m, "bad IO addr", bad -> Memory.putLong(bad + MbufLayout.BUF_IOVA, 0));
    assertBad(m, "bad virt buf addr", bad -> Memory.putLong(bad + MbufLayout.BUF_ADDR, 0));
    assertBad(m, "bad ref cnt", bad -> Mbuf.setRefcnt(bad, 0));
    assertBad(m, "bad ref cnt", bad -> Mbuf.setRefcnt(bad, 0xffff));
    assertBad(m, "bad pkt_len", bad -> Mbuf.setPktLen(bad, 99));
    assertBad(m, "bad data_len", bad -> Mbuf.setPktLen(bad, 59));
    assertBad(m, "bad nb_segs", bad -> Mbuf.setNbSegs(bad, 3));
    assertBad(m, "bad nb_segs", bad -> Mbuf.setNbSegs(bad, 1));
    assertBad(m, "bad nb_segs", bad -> Mbuf.setNext(bad, bad));
    assertBad(m, "data offset too big in mbuf segment", bad -> Mbuf.setDataOff(bad, ROOM + 1));
    assertBad(m, "data length too big in mbuf segment", bad -> Mbuf.setDataOff(bad, ROOM - 59));
    Mbuf.free(m);
  }

  /** Asserts what is found in a copy of an mbuf that something is done to. */
  private void assertBad(long m, String expected, LongConsumer damage) {
    long bad = memory.heap(-1).zmalloc("bad mbuf", MbufLayout.SIZEOF, 64);
    Memory.copy(m, bad, MbufLayout.SIZEOF);
    damage.accept(bad);
    assertEquals(expected, MbufCheck.check(bad, true));
    memory.heap(-1).free(bad);
  }

  @Test
  void shouldDumpAsDpdkDoes() {
    byte[] bytes = new byte[20];
    java.util.Arrays.fill(bytes, (byte) 0xff);
    long m = packet(bytes, 18);
    Mbuf.setOlFlags(m, Mbuf.olFlags(m) | MbufFlags.RX_VLAN | MbufFlags.RX_QINQ);
    Mbuf.setVlanTci(m, 7);
    Mbuf.setVlanTciOuter(m, 8);
    Mbuf.setPacketType(m, 0x211);
    Mbuf.setPort(m, 2);
    String[] lines = MbufCheck.dump(m, 19).split("\n");
    assertEquals(
        String.format("dump mbuf at 0x%x, iova=0x%x, buf_len=%d", m, Mbuf.bufIova(m), ROOM),
        lines[0]);
    assertEquals(
        String.format(
            "  pkt_len=20, ol_flags=0x%x, nb_segs=2, port=2, vlan_tci_outer=8, vlan_tci=7,"
                + " ptype=0x211",
            Mbuf.olFlags(m)),
        lines[1]);
    assertEquals(
        String.format("  segment at 0x%x, data=0x%x, len=18, off=128, refcnt=1", m, Mbuf.mtod(m)),
        lines[2]);
    assertEquals("  00000000:" + " FF".repeat(16), lines[3]);
    assertEquals("  00000010: FF FF", lines[4]);
    assertTrue(lines[5].startsWith("  segment at 0x" + Long.toHexString(Mbuf.next(m))), lines[5]);
    assertEquals("  00000000: FF", lines[6]);
    assertEquals(7, lines.length);
    Mbuf.setNext(Mbuf.next(m), m);
    assertEquals(7, MbufCheck.dump(m, 19).split("\n").length, "no more segments than it says");
    Mbuf.setNext(Mbuf.next(m), 0);
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
    int[][] shapes = {
      {100, 1},
      {64, 1},
      {123, 15},
      {200, 7},
      {250, 22},
      {250, 100},
      {330, 33},
      {384, 64},
      {128, 128}
    };
    for (int[] shape : shapes) {
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
  void shouldReadWhereTheDataAreUnlessTheyAreSplit() {
    byte[] bytes = random(300);
    long m = packet(bytes, 100);
    long buffer = memory.heap(-1).zmalloc("read", 300, 8);
    assertEquals(Mbuf.mtod(m), MbufData.read(m, 0, 100, 0));
    assertEquals(Mbuf.mtod(m), MbufData.read(m, 0, 0, 0));
    assertEquals(Mbuf.mtod(Mbuf.next(m)), MbufData.read(m, 100, 100, 0));
    assertEquals(Mbuf.mtod(Mbuf.next(m)) + 99, MbufData.read(m, 199, 1, 0));
    for (int[] part : new int[][] {{0, 300}, {99, 2}, {1, 299}, {150, 150}, {99, 201}}) {
      assertEquals(buffer, MbufData.read(m, part[0], part[1], buffer));
      byte[] read = new byte[part[1]];
      Memory.copyToBytes(buffer, read, 0, part[1]);
      assertArrayEquals(java.util.Arrays.copyOfRange(bytes, part[0], part[0] + part[1]), read);
    }
    assertEquals(0, MbufData.read(m, 0, 301, buffer));
    assertEquals(0, MbufData.read(m, 301, 0, buffer));
    assertEquals(0, MbufData.read(m, Integer.MAX_VALUE, Integer.MAX_VALUE, buffer));
    assertEquals(0, MbufData.read(m, -1, 1, buffer));
    memory.heap(-1).free(buffer);
    Mbuf.free(m);
  }

  @Test
  void shouldReadNothingWhereLengthsLie() {
    long m = packet(random(100), 60);
    Mbuf.setPktLen(m, 200);
    assertFalse(MbufData.read(m, 0, new byte[200], 0, 200));
    assertEquals(0, MbufData.read(m, 150, 10, 0));
    Mbuf.setPktLen(m, 100);
    Mbuf.free(m);
  }

  @Test
  void shouldReadPastASegmentWithoutData() {
    byte[] bytes = random(200);
    long m = packet(java.util.Arrays.copyOf(bytes, 100), 100);
    assertTrue(Mbuf.chain(m, Mbuf.alloc(pool)));
    assertTrue(Mbuf.chain(m, packet(java.util.Arrays.copyOfRange(bytes, 100, 200), 100)));
    assertArrayEquals(bytes, contents(m));
    assertEquals(Mbuf.mtod(Mbuf.lastseg(m)), MbufData.read(m, 100, 100, 0));
    long copy = MbufData.copy(m, pool, 0, Integer.MAX_VALUE);
    assertArrayEquals(bytes, contents(copy));
    assertEquals(1, Mbuf.nbSegs(copy));
    Mbuf.free(copy);
    assertTrue(MbufData.linearize(m));
    assertArrayEquals(bytes, contents(m));
    Mbuf.free(m);
  }

  @Test
  void shouldBeginAtTheHeadroomAgainWhenAllocatedAgain() {
    long[] all = new long[MBUFS];
    assertEquals(MBUFS, Mbuf.allocBulk(pool, all, 0, MBUFS));
    for (long m : all) {
      Mbuf.setDataOff(m, Mbuf.dataOff(m) + 64);
      Mbuf.append(m, 10);
      Mbuf.setVlanTci(m, 5);
      Mbuf.setTxOffload(m, -1);
      Mbuf.setPort(m, 1);
    }
    Mbuf.freeBulk(all, 0, MBUFS);
  }

  @Test
  void shouldFreeOneChainOfEveryMbufInABulk() {
    long[] all = new long[MBUFS];
    assertEquals(MBUFS, Mbuf.allocBulk(pool, all, 0, MBUFS));
    assertEquals(0, MbufAttach.clone(all[0], pool), "no mbuf is left for a clone");
    for (int i = 1; i < MBUFS; i++) {
      assertTrue(Mbuf.chain(all[0], all[i]));
    }
    assertEquals(MBUFS, Mbuf.nbSegs(all[0]));
    Mbuf.freeBulk(all, 0, 1);
    assertTrue(pool.isFull());
  }

  @Test
  void shouldFreeChainsOverTwoPoolsInABulk() {
    long[] chains = new long[7];
    for (int i = 0; i < 16 * chains.length; i++) {
      long m = Mbuf.alloc((i & 4) != 0 ? clones : pool);
      if (i % 16 == 0) {
        chains[i / 16] = m;
      } else {
        assertTrue(Mbuf.chain(chains[i / 16], m));
      }
    }
    Mbuf.freeBulk(chains, 0, 1);
    assertEquals(MBUFS - 8 * 6, pool.availCount());
    assertEquals(63 - 8 * 6, clones.availCount());
    Mbuf.freeBulk(chains, 1, 6);
    assertTrue(pool.isFull());
    assertTrue(clones.isFull());
  }

  @Test
  void shouldMakeADirectCopyOfAClone() {
    byte[] bytes = random(300);
    long m = packet(bytes, 150);
    Mbuf.setRssHash(m, 0xabcd);
    long clone = MbufAttach.clone(m, clones);
    long copy = MbufData.copy(clone, pool, 0, Integer.MAX_VALUE);
    Mbuf.free(clone);
    Mbuf.free(m);
    assertFalse(Mbuf.isCloned(copy));
    assertArrayEquals(bytes, contents(copy));
    assertEquals(0xabcd, Mbuf.rssHash(copy));
    assertEquals(flagsInPool(), Mbuf.olFlags(copy));
    long end = MbufData.copy(copy, pool, 299, Integer.MAX_VALUE);
    assertArrayEquals(new byte[] {bytes[299]}, contents(end));
    Mbuf.free(end);
    Mbuf.free(copy);
  }

  @Test
  void shouldLeaveADirectMbufAloneWhenDetached() {
    byte[] bytes = random(50);
    long m = packet(bytes, 50);
    MbufAttach.detach(m);
    assertArrayEquals(bytes, contents(m));
    assertEquals(MBUFS - 1, pool.availCount());
    Mbuf.free(m);
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
