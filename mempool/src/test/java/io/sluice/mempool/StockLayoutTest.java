package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.ring.Protection;
import io.sluice.ring.Ring;
import io.sluice.ring.RingLayout;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Sluice makes is what DPDK makes of the same call, byte for byte: both lie in the memory of
 * one C primary, and only names and addresses differ, which are compared by what they point to.
 */
@RequiresRoot
@RequiresCommand({"gcc", "pkg-config"})
@RequiresHugepages(kb = 2048, count = 128)
@Timeout(180)
class StockLayoutTest {
  private static final int CACHE = 32;
  private static final int ROOM = 256;
  private static final int SLOTS = 256;
  private static final int NAME_BYTES = 32;

  @TempDir private static Path folder;

  private static Path program;

  @BeforeAll
  static void compile() throws IOException, InterruptedException {
    program = CProcess.compile(folder);
  }

  /** The words from an address on, with 0 in place of those that are about names or addresses. */
  private static List<String> words(long address, long bytes, Set<Integer> masked) {
    List<String> words = new ArrayList<>();
    for (int at = 0; at < bytes; at += Long.BYTES) {
      long word = masked.contains(at) ? 0 : Memory.getLong(address + at);
      words.add(at + ": " + Long.toHexString(word));
    }
    return words;
  }

  /** Says of thousands of words only where they differ first. */
  private static void assertSame(List<String> theirs, List<String> ours) {
    assertEquals(theirs.size(), ours.size());
    for (int i = 0; i < theirs.size(); i++) {
      assertEquals(theirs.get(i), ours.get(i));
    }
  }

  private static void assertSameZone(MemZone theirs, MemZone ours) {
    assertEquals(theirs.length(), ours.length());
    assertEquals(theirs.hugepageSize(), ours.hugepageSize());
    assertEquals(theirs.socketId(), ours.socketId());
    assertEquals(theirs.flags(), ours.flags());
  }

  private static Set<Integer> ringMask() {
    return Set.of(0, 8, 16, 24, RingLayout.MEMZONE);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        Ring.SP_ENQ | Ring.SC_DEQ,
        Ring.SP_ENQ,
        Ring.SC_DEQ,
        Ring.MP_RTS_ENQ | Ring.MC_RTS_DEQ,
        Ring.MP_HTS_ENQ | Ring.MC_HTS_DEQ,
        Ring.EXACT_SZ
      })
  void shouldMakeTheRingThatDpdkMakes(int flags) throws IOException {
    try (CPrimary primary = new CPrimary(program, flags, "0");
        SharedMemory memory = primary.attach()) {
      Ring theirs = Ring.lookup(memory, "TO_JAVA");
      Ring ours = Ring.create(memory, "TO_JAVB", SLOTS, -1, flags);
      MemZone theirZone = MemZone.lookup(memory, "RG_TO_JAVA");
      MemZone ourZone = MemZone.lookup(memory, "RG_TO_JAVB");
      assertSameZone(theirZone, ourZone);
      assertEquals(theirZone.address(), theirs.address());
      assertEquals(ourZone.address(), ours.address());
      assertSame(
          words(theirs.address(), theirZone.length(), ringMask()),
          words(ours.address(), ourZone.length(), ringMask()));
      assertEquals("TO_JAVB", Memory.getString(ours.address(), NAME_BYTES));
    }
  }

  /** Headers of a pool's objects, in the order of its list. */
  private static List<Long> objects(Mempool pool) {
    List<Long> headers = new ArrayList<>();
    long header = Memory.getLong(pool.address() + MempoolLayout.ELT_LIST);
    for (; header != 0; header = Memory.getLong(header + MempoolObjHdrLayout.NEXT)) {
      assertEquals(pool.address(), Memory.getLong(header + MempoolObjHdrLayout.MP));
      headers.add(header);
    }
    return headers;
  }

  /** The pool's header, its caches and what it keeps of mbufs. */
  private static List<String> header(Mempool pool, long bytes) {
    long mp = pool.address();
    assertEquals(
        mp + MempoolLayout.SIZEOF, Memory.getLong(mp + MempoolLayout.LOCAL_CACHE), "caches");
    assertNotEquals(0, Memory.getLong(mp + MempoolLayout.POOL_DATA));
    Set<Integer> masked =
        Set.of(
            0,
            8,
            16,
            24,
            MempoolLayout.POOL_DATA,
            MempoolLayout.MZ,
            // Private to each process.
            MempoolLayout.OPS_INDEX,
            MempoolLayout.LOCAL_CACHE,
            MempoolLayout.ELT_LIST,
            MempoolLayout.ELT_LIST + 8,
            MempoolLayout.MEM_LIST,
            MempoolLayout.MEM_LIST + 8);
    return words(mp, bytes, masked);
  }

  /**
   * Objects follow each other, but for one that would lie across two pages, which begins the second
   * one: where that is depends on the address alone.
   */
  private static void assertFollowEachOther(Mempool pool, List<Long> headers, long pageSize) {
    long mp = pool.address();
    int headerSize = Memory.getInt(mp + MempoolLayout.HEADER_SIZE);
    int size =
        headerSize
            + Memory.getInt(mp + MempoolLayout.ELT_SIZE)
            + Memory.getInt(mp + MempoolLayout.TRAILER_SIZE);
    for (int i = 1; i < headers.size(); i++) {
      long end = headers.get(i - 1) + MempoolObjHdrLayout.SIZEOF - headerSize + size;
      long begin = headers.get(i) + MempoolObjHdrLayout.SIZEOF - headerSize;
      long last = end + size - 1;
      long expected = end / pageSize == last / pageSize ? end : last / pageSize * pageSize;
      assertEquals(Long.toHexString(expected), Long.toHexString(begin), "object " + i);
    }
  }

  /** An object's mbuf, with its addresses by distance. */
  private static List<String> object(Mempool pool, long header) {
    long mbuf = header + MempoolObjHdrLayout.SIZEOF;
    assertEquals(pool.address(), Memory.getLong(mbuf + MbufLayout.POOL));
    List<String> words =
        words(
            mbuf,
            MbufLayout.SIZEOF,
            Set.of(MbufLayout.BUF_ADDR, MbufLayout.BUF_IOVA, MbufLayout.POOL));
    words.add("buffer " + (Memory.getLong(mbuf + MbufLayout.BUF_ADDR) - mbuf));
    long iova = Memory.getLong(header + MempoolObjHdrLayout.IOVA);
    words.add("buffer iova " + (Memory.getLong(mbuf + MbufLayout.BUF_IOVA) - iova));
    return words;
  }

  /** Which of the pool's objects the ring has, in its order. */
  private static List<Integer> entries(Ring ring, List<Long> headers) {
    List<Integer> entries = new ArrayList<>();
    ring.forEach(entry -> entries.add(headers.indexOf(entry - MempoolObjHdrLayout.SIZEOF)));
    return entries;
  }

  @Test
  void shouldMakeThePoolOfMbufsThatDpdkMakes() throws IOException {
    // With physical addresses the number of a pool's chunks depends on where its pages lie.
    try (CPrimary primary = new CPrimary(program, 0, "0", "--iova-mode=va");
        SharedMemory memory = primary.attach()) {
      Mempool theirs = Mempool.lookup(memory, "MBUFS");
      MempoolConf conf =
          MempoolConf.of(CProcess.POOL_SIZE, 0).withCacheSize(CACHE).withProtection(Protection.OFF);
      Mempool ours = PktmbufPool.create(memory, "FROM_J", conf, 0, ROOM);
      MemZone theirZone = MemZone.lookup(memory, "MP_MBUFS");
      assertSameZone(theirZone, MemZone.lookup(memory, "MP_FROM_J"));
      assertSame(header(theirs, theirZone.length()), header(ours, theirZone.length()));
      List<Long> theirObjects = objects(theirs);
      List<Long> ourObjects = objects(ours);
      assertEquals(CProcess.POOL_SIZE, theirObjects.size());
      assertEquals(theirObjects.size(), ourObjects.size());
      for (int i = 0; i < theirObjects.size(); i++) {
        assertEquals(object(theirs, theirObjects.get(i)), object(ours, ourObjects.get(i)));
      }
      assertFollowEachOther(theirs, theirObjects, theirZone.hugepageSize());
      assertFollowEachOther(ours, ourObjects, theirZone.hugepageSize());
      Ring theirRing = Ring.lookup(memory, "MP_MBUFS");
      Ring ourRing = Ring.lookup(memory, "MP_FROM_J");
      assertSame(
          words(theirRing.address(), RingLayout.SIZEOF, ringMask()),
          words(ourRing.address(), RingLayout.SIZEOF, ringMask()));
      assertEquals(entries(theirRing, theirObjects), entries(ourRing, ourObjects));
    }
  }
}
