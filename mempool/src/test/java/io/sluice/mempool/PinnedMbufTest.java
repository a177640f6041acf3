package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Mbufs with buffers from outside the pool, pinned to them. */
class PinnedMbufTest extends AbstractMbufTest {
  private static final int ELEMENT = 576;

  private MemZone buffers;

  @Override
  Mempool createPool(SharedMemory shared) {
    buffers = MemZone.reserve(shared, "buffers", (long) MBUFS * ELEMENT, -1, 0);
    long half = MBUFS / 2 * ELEMENT;
    return PktmbufPool.createExtbuf(
        shared,
        "mbufs",
        MBUFS,
        0,
        PRIVATE,
        ROOM,
        -1,
        List.of(
            new ExternalMemory(buffers.address(), buffers.iova(), half, ELEMENT),
            new ExternalMemory(
                buffers.address() + half,
                buffers.iova() + half,
                buffers.length() - half,
                ELEMENT)));
  }

  @Override
  long flagsInPool() {
    return MbufFlags.EXTERNAL;
  }

  @Override
  void assertOwnBuffer(long m) {
    long offset = Mbuf.bufAddr(m) - buffers.address();
    assertTrue(offset >= 0 && offset < (long) MBUFS * ELEMENT && offset % ELEMENT == 0);
    assertEquals(1, ExternalBuffers.refcnt(MbufAttach.shinfo(m)));
    assertEquals(m + 128 + PRIVATE, MbufAttach.shinfo(m));
  }

  @Override
  void assertSharesBuffer(long m, long clone, int users) {
    assertTrue(Mbuf.hasExtbuf(clone));
    assertEquals(users, ExternalBuffers.refcnt(MbufAttach.shinfo(m)));
    assertEquals(MbufAttach.shinfo(m), MbufAttach.shinfo(clone));
  }

  @Test
  void shouldKeepItsBufferWhenDetached() {
    long m = Mbuf.alloc(pool);
    long buffer = Mbuf.bufAddr(m);
    MbufAttach.detach(m);
    assertEquals(buffer, Mbuf.bufAddr(m));
    assertTrue(Mbuf.hasExtbuf(m));
    Mbuf.free(m);
  }

  private void assertRefused(Errno errno, ExternalMemory external) {
    SluiceException refused =
        assertThrows(
            SluiceException.class,
            () -> PktmbufPool.createExtbuf(memory, "bad", 10, 0, 0, ROOM, -1, List.of(external)));
    assertEquals(errno, refused.errno(), refused.getMessage());
  }

  @Test
  void shouldRefuseMemoryThatHoldsNotEnough() {
    long address = buffers.address();
    assertRefused(Errno.ENOMEM, new ExternalMemory(address, -1, 9 * ELEMENT, ELEMENT));
    assertRefused(Errno.EINVAL, new ExternalMemory(address, -1, 10 * ELEMENT, ROOM - 1));
    assertRefused(Errno.EINVAL, new ExternalMemory(0, -1, 10 * ELEMENT, ELEMENT));
    assertRefused(Errno.EINVAL, new ExternalMemory(address, -1, 0, ELEMENT));
    assertRefused(Errno.EINVAL, new ExternalMemory(address, -1, 10 * ELEMENT, 0));
    for (int n : new int[] {0, -1}) {
      SluiceException refused =
          assertThrows(
              SluiceException.class,
              () -> PktmbufPool.createExtbuf(memory, "bad", n, 0, 0, ROOM, -1, List.of()));
      assertEquals(Errno.EINVAL, refused.errno(), refused.getMessage());
    }
  }

  @Test
  void shouldRefuseMemoryThatOtherProcessesDoNotSee() {
    long mine = Memory.allocate(10 * ELEMENT);
    assertRefused(Errno.EINVAL, new ExternalMemory(mine, -1, 10 * ELEMENT, ELEMENT));
    Memory.release(mine);
  }
}
