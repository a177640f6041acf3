package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Mbufs with their buffers behind them. */
class MbufTest extends AbstractMbufTest {
  private static final AtomicLong NEXT_CALLBACK = new AtomicLong(987654);

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
  void shouldKeepAnExternalBufferAsLongAsItsCountSays() {
    long buffer = memory.heap(-1).zmalloc("ext", 1000, 64);
    long[] freed = new long[1];
    ExternalBuffers.register(1L << 40, (address, opaque) -> freed[0] = address + opaque);
    long shinfo = ExternalBuffers.initAtEnd(buffer, 1000, 1L << 40, 3);
    long m = Mbuf.alloc(pool);
    MbufAttach.attachExtbuf(m, buffer, -1, (int) (shinfo - buffer), shinfo);
    assertEquals(3, ExternalBuffers.refcntUpdate(shinfo, 2));
    ExternalBuffers.setRefcnt(shinfo, 2);
    Mbuf.free(m);
    assertEquals(1, ExternalBuffers.refcnt(shinfo));
    assertEquals(0, freed[0]);
    m = Mbuf.alloc(pool);
    MbufAttach.attachExtbuf(m, buffer, -1, (int) (shinfo - buffer), shinfo);
    ExternalBuffers.register(1L << 40, (address, opaque) -> freed[0] = address - opaque);
    Mbuf.free(m);
    assertEquals(buffer - 3, freed[0], "the callback registered last");
    memory.heap(-1).free(buffer);
  }

  @Test
  void shouldSayWhichCallbackIsMissing() {
    long buffer = memory.heap(-1).zmalloc("ext", 1000, 64);
    // Whatever runs this suite again in this JVM has not registered this one.
    long missing = NEXT_CALLBACK.getAndIncrement();
    long shinfo = ExternalBuffers.initAtEnd(buffer, 1000, missing, 0);
    long m = Mbuf.alloc(pool);
    MbufAttach.attachExtbuf(m, buffer, -1, (int) (shinfo - buffer), shinfo);
    IllegalStateException error =
        assertThrows(IllegalStateException.class, () -> MbufAttach.detach(m));
    assertTrue(error.getMessage().contains("no free callback " + missing + "; register it"));
    ExternalBuffers.register(missing, (address, opaque) -> {});
    ExternalBuffers.setRefcnt(shinfo, 1);
    Mbuf.free(m);
    memory.heap(-1).free(buffer);
    assertThrows(IllegalArgumentException.class, () -> ExternalBuffers.register(-1, (a, o) -> {}));
  }

  @Test
  void shouldAttachFromPoolsOfOtherPrivateSizes() {
    Mempool wide = PktmbufPool.create(memory, "wide", 7, 0, 128, 0, -1);
    assertEquals(0, PktmbufPool.dataRoomSize(wide));
    assertEquals(128, PktmbufPool.privSize(wide));
    byte[] bytes = random(77);
    long m = packet(bytes, 77);
    Memory.putLong(Mbuf.toPriv(m), 4711);
    long narrow = Mbuf.alloc(clones);
    MbufAttach.attach(narrow, m);
    long other = Mbuf.alloc(wide);
    Memory.fill(Mbuf.toPriv(other), 128, (byte) 0x5a);
    assertEquals(other + 128 + 128, Mbuf.mtod(other));
    assertEquals(0, Mbuf.headroom(other));
    MbufAttach.attach(other, narrow);
    assertEquals(Mbuf.mtod(m), Mbuf.mtod(other));
    assertEquals(Mbuf.HEADROOM, Mbuf.headroom(other));
    assertEquals(3, Mbuf.refcnt(m));
    assertEquals(m, MbufAttach.direct(other), "of the mbuf itself, not of the one in between");
    assertArrayEquals(bytes, contents(other));
    MbufAttach.detach(narrow);
    assertEquals(narrow + 128, Mbuf.mtod(narrow));
    assertEquals(2, Mbuf.refcnt(m));
    MbufAttach.detach(other);
    assertEquals(other + 128 + 128, Mbuf.mtod(other));
    assertEquals(128, Mbuf.privSize(other));
    assertEquals(0x5a, Memory.getByte(Mbuf.toPriv(other) + 127));
    assertEquals(1, Mbuf.refcnt(m));
    assertEquals(4711, Memory.getLong(Mbuf.toPriv(m)));
    Mbuf.free(other);
    Mbuf.free(narrow);
    Mbuf.free(m);
    assertTrue(wide.isFull());
    wide.free(memory);
  }

  @Test
  void shouldRefuseSizesThatDoNotFit() {
    assertThrows(SluiceException.class, () -> PktmbufPool.create(memory, "bad", 10, 0, 3, 512, -1));
    assertThrows(
        SluiceException.class, () -> PktmbufPool.create(memory, "bad", 10, 0, 0, 65536, -1));
    assertThrows(
        SluiceException.class, () -> PktmbufPool.create(memory, "bad", 10, 0, -8, 512, -1));
    assertThrows(SluiceException.class, () -> PktmbufPool.create(memory, "bad", -1, 0, 0, 512, -1));
    assertThrows(
        SluiceException.class,
        () -> PktmbufPool.create(memory, "bad", 10, 0, 0, 512, -1, "bucket"));
    assertNull(Mempool.lookup(memory, "bad"));
    assertNull(MemZone.lookup(memory, "MP_bad"));
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

  @Test
  void shouldMakeLayerTwoLongerByATag() {
    long m = packet(random(64), 64);
    Mbuf.setTxOffload(m, MbufTxOffload.of(14, 20, 8, 1400, 40, 14));
    Mbuf.setOlFlags(m, MbufFlags.TX_VLAN);
    assertTrue(MbufData.vlanInsert(m));
    assertEquals(0, Mbuf.olFlags(m));
    assertEquals(MbufTxOffload.of(18, 20, 8, 1400, 40, 14), Mbuf.txOffload(m));
    Mbuf.setOlFlags(m, MbufFlags.TX_VLAN | MbufFlags.TX_TUNNEL_VXLAN);
    assertTrue(MbufData.vlanInsert(m));
    assertEquals(MbufTxOffload.of(18, 20, 8, 1400, 40, 18), Mbuf.txOffload(m));
    Mbuf.free(m);
  }

  @Test
  void shouldTagNoSegmentThatHasNotBothAddresses() {
    long m = packet(random(20), 11);
    assertFalse(MbufData.vlanInsert(m));
    assertFalse(MbufData.vlanStrip(m));
    assertEquals(20, Mbuf.pktLen(m));
    assertEquals(Mbuf.HEADROOM, Mbuf.dataOff(m));
    Mbuf.free(m);
  }
}
