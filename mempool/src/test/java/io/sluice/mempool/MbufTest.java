package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.SluiceException;
import org.junit.jupiter.api.Test;

/** Mbufs with their buffers behind them. */
class MbufTest extends AbstractMbufTest {
  @Override
  Mempool createPool(SharedMemory shared) {
    return PktmbufPool.create(shared, "mbufs", MBUFS, 0, PRIVATE, ROOM, -1);
  }

  @Override
  long flagsInPool() {
    return 0;
  }

  @Override
  void assertOwnBuffer(long m) {
    assertEquals(m + 128 + PRIVATE, Mbuf.bufAddr(m));
  }

  @Override
  void assertSharesBuffer(long m, long clone, int users) {
    assertTrue(Mbuf.isCloned(clone));
    assertEquals(users, Mbuf.refcnt(m));
    assertEquals(m, MbufAttach.direct(clone));
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
  void shouldPutWhatAnExternalBuffersUsersShareAtItsEnd() {
    long buffer = memory.heap(-1).zmalloc("ext", 1000, 64);
    long[] freed = new long[1];
    ExternalBuffers.register(10, (address, opaque) -> freed[0] = address);
    assertEquals(0, ExternalBuffers.initAtEnd(buffer, 24, 10, 0), "no room for data");
    long shinfo = ExternalBuffers.initAtEnd(buffer, 1000, 10, 0);
    assertEquals(buffer + 976, shinfo);
    assertEquals(1, ExternalBuffers.refcnt(shinfo));
    long m = Mbuf.alloc(pool);
    MbufAttach.attachExtbuf(m, buffer, -1, (int) (shinfo - buffer), shinfo);
    assertEquals(MbufFlags.EXTERNAL, Mbuf.olFlags(m));
    long clone = MbufAttach.clone(m, clones);
    assertEquals(MbufFlags.EXTERNAL, Mbuf.olFlags(clone));
    assertEquals(2, ExternalBuffers.refcnt(shinfo));
    MbufAttach.detach(m);
    assertEquals(1, ExternalBuffers.refcnt(shinfo));
    assertEquals(0, freed[0]);
    MbufAttach.detach(clone);
    assertEquals(buffer, freed[0]);
    Mbuf.free(m);
    Mbuf.free(clone);
    memory.heap(-1).free(buffer);
  }

  @Test
  void shouldRefuseSizesThatDoNotFit() {
    assertThrows(SluiceException.class, () -> PktmbufPool.create(memory, "bad", 10, 0, 3, 512, -1));
    assertThrows(
        SluiceException.class, () -> PktmbufPool.create(memory, "bad", 10, 0, 0, 65536, -1));
    assertNotEquals(0, pool.address());
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
    assertEquals(flagsInPool() | MbufFlags.RX_VLAN | MbufFlags.RX_VLAN_STRIPPED, Mbuf.olFlags(m));
    assertFalse(MbufData.vlanStrip(m));
    assertTrue(MbufData.vlanInsert(m));
    assertArrayEquals(frame, contents(m));
    long clone = MbufAttach.clone(m, clones);
    assertFalse(MbufData.vlanInsert(m), "shared data must not be written");
    Mbuf.free(clone);
    Mbuf.free(m);
  }
}
