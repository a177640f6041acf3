package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** As DPDK's {@code mbuf_autotest}. After each test every mbuf is back. */
class MbufTest {
  private static final int ROOM = 512;
  private static SharedMemory memory;
  private static Mempool pool;
  private static Mempool clones;

  @BeforeAll
  static void createPools() {
    memory = TestMemory.primary();
    pool = PktmbufPool.create(memory, "mbufs", 127, 0, 16, ROOM, -1);
    clones = PktmbufPool.create(memory, "clones", 63, 0, 0, 0, -1);
  }

  @AfterAll
  static void closeMemory() {
    memory.close();
  }

  @AfterEach
  void shouldHaveEveryMbufBack() {
    assertEquals(127, pool.availCount());
    assertEquals(63, clones.availCount());
    long[] all = new long[127];
    assertEquals(127, Mbuf.allocBulk(pool, all, 0, 127));
    for (long m : all) {
      assertPristine(m);
    }
    Mbuf.freeBulk(all, 0, 127);
  }

  private static void assertPristine(long m) {
    assertNull(MbufCheck.check(m, true));
    assertEquals(1, Mbuf.refcnt(m));
    assertEquals(1, Mbuf.nbSegs(m));
    assertEquals(0, Mbuf.next(m));
    assertEquals(0, Mbuf.pktLen(m));
    assertEquals(0, Mbuf.dataLen(m));
    assertEquals(Mbuf.HEADROOM, Mbuf.dataOff(m));
    assertEquals(Mbuf.PORT_INVALID, Mbuf.port(m));
    assertEquals(0, Mbuf.olFlags(m));
    assertEquals(0, Mbuf.vlanTci(m));
    assertEquals(m + 128 + 16, Mbuf.bufAddr(m));
    assertEquals(ROOM, Mbuf.bufLen(m));
    assertEquals(16, Mbuf.privSize(m));
    assertEquals(pool.address(), Mbuf.pool(m));
    assertEquals(memory.heap(-1).virt2iova(m + 144), Mbuf.bufIova(m));
  }

  /** A packet of random bytes over segments of at most {@code perSegment}. */
  private static long packet(byte[] bytes, int perSegment) {
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

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] contents(long m) {
    byte[] bytes = new byte[Mbuf.pktLen(m)];
    assertTrue(MbufData.read(m, 0, bytes, 0, bytes.length));
    return bytes;
  }

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
    assertTrue(Mbuf.isCloned(clone));
    assertEquals(2, Mbuf.refcnt(m));
    assertEquals(3, Mbuf.nbSegs(clone));
    assertEquals(77, Mbuf.vlanTci(clone));
    assertEquals(Mbuf.mtod(m), Mbuf.mtod(clone));
    assertEquals(m, MbufAttach.direct(clone));
    long second = MbufAttach.clone(clone, clones);
    assertEquals(3, Mbuf.refcnt(m));
    Mbuf.free(m);
    assertEquals(127 - 3, pool.availCount());
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
    assertEquals(126, pool.availCount());
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
  void shouldReleaseAnExternalBufferWithItsLastUser() {
    long buffer = memory.heap(-1).zmalloc("ext", 1000, 64);
    long shinfo = memory.heap(-1).zmalloc("shinfo", 24, 8);
    long[] freed = new long[2];
    ExternalBuffers.register(
        9,
        (address, opaque) -> {
          freed[0] = address;
          freed[1] = opaque;
        });
    ExternalBuffers.init(shinfo, 9, 4242);
    long m = Mbuf.alloc(pool);
    MbufAttach.attachExtbuf(m, buffer, 0, 1000, shinfo);
    assertTrue(Mbuf.hasExtbuf(m));
    assertEquals(buffer, Mbuf.append(m, 600));
    long clone = MbufAttach.clone(m, pool);
    assertEquals(2, ExternalBuffers.refcnt(shinfo));
    assertEquals(buffer, Mbuf.mtod(clone));
    Mbuf.free(m);
    assertEquals(0, freed[0]);
    Mbuf.free(clone);
    assertArrayEquals(new long[] {buffer, 4242}, freed);
    memory.heap(-1).free(shinfo);
    memory.heap(-1).free(buffer);
  }

  @Test
  void shouldTakeAVlanTagOutAndPutItBack() {
    byte[] frame = random(64);
    frame[12] = (byte) 0x81;
    frame[13] = 0;
    frame[14] = 0x20;
    frame[15] = 0x65;
    long m = packet(frame, 64);
    assertTrue(MbufData.vlanStrip(m));
    assertEquals(0x2065, Mbuf.vlanTci(m));
    assertEquals(60, Mbuf.pktLen(m));
    assertEquals(MbufFlags.RX_VLAN | MbufFlags.RX_VLAN_STRIPPED, Mbuf.olFlags(m));
    assertFalse(MbufData.vlanStrip(m));
    assertTrue(MbufData.vlanInsert(m));
    assertArrayEquals(frame, contents(m));
    long clone = MbufAttach.clone(m, clones);
    assertFalse(MbufData.vlanInsert(m), "shared data must not be written");
    Mbuf.free(clone);
    Mbuf.free(m);
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
    assertEquals(127, Mbuf.allocBulk(pool, all, 0, 127));
    assertEquals(0, Mbuf.alloc(pool));
    Mbuf.freeBulk(all, 0, 127);
  }

  @Test
  void shouldRefuseSizesThatDoNotFit() {
    assertThrows(SluiceException.class, () -> PktmbufPool.create(memory, "bad", 10, 0, 3, 512, -1));
    assertThrows(
        SluiceException.class, () -> PktmbufPool.create(memory, "bad", 10, 0, 0, 65536, -1));
    assertNotEquals(0, pool.address());
  }
}
