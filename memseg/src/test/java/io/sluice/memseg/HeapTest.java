package io.sluice.memseg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.MallocHeapLayout;
import io.sluice.config.MemsegLayout;
import io.sluice.platform.Memory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What DPDK's malloc_autotest asserts, on one heap in one process. */
class HeapTest {
  private static final int CACHE_LINE = 64;

  private PageFixture pages;
  private Heap heap;

  @BeforeEach
  void create() {
    pages = PageFixture.of("--no-huge", "-m", "8");
    heap = pages.heap();
  }

  @AfterEach
  void close() {
    pages.close();
  }

  private void assertEmptyAgain() {
    HeapChain.assertConsistent(pages.heapAddress());
    assertEquals(0, heap.stats().allocCount());
    assertEquals(heap.stats().totalSize(), heap.stats().freeSize());
    assertEquals(1, HeapChain.elements(pages.heapAddress()));
  }

  private static void assertZeroed(long block, long size) {
    for (long at = 0; at < size; at++) {
      assertEquals(0, Memory.getByte(block + at), "byte " + at);
    }
  }

  @Test
  void shouldAlignZeroAndNeverOverlapWhicheverOrderBlocksAreFreedIn() {
    int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int round = 0; round < 30; round++) {
      long[] blocks = {
        heap.zmalloc("dummy", 1000, 8),
        heap.calloc("dummy", 1000, 16, 64),
        heap.malloc("dummy", 1000, 2048)
      };
      long[] sizes = {1000, 16000, 1000};
      assertZeroed(blocks[0], 1000);
      assertZeroed(blocks[1], 16000);
      for (int i = 0; i < 3; i++) {
        assertNotEquals(0, blocks[i]);
        for (int j = 0; j < i; j++) {
          assertTrue(blocks[i] + sizes[i] <= blocks[j] || blocks[j] + sizes[j] <= blocks[i]);
        }
        Memory.fill(blocks[i], sizes[i], (byte) 0x5a);
      }
      assertEquals(0, blocks[0] % 8);
      assertEquals(0, blocks[1] % 64);
      assertEquals(0, blocks[2] % 2048);
      for (int i : orders[round % orders.length]) {
        assertTrue(heap.free(blocks[i]));
      }
      assertEmptyAgain();
    }
  }

  @Test
  void shouldRefuseSizesAndAlignmentsThatAreNone() {
    assertEquals(0, heap.malloc(null, 0, CACHE_LINE));
    assertEquals(0, heap.realloc(0, 0, CACHE_LINE));
    assertEquals(0, heap.malloc(null, 1024, 17));
    assertEquals(0, heap.realloc(0, 1024, 17));
    assertEquals(0, heap.malloc(null, -8, CACHE_LINE));
    assertEquals(0, heap.realloc(0, -8, CACHE_LINE));
    assertEquals(0, heap.malloc(null, Long.MAX_VALUE, CACHE_LINE));
    assertEquals(0, heap.calloc(null, 1L << 40, 1L << 40, CACHE_LINE));
    assertEmptyAgain();
  }

  @Test
  void shouldGiveACacheLineForAlignmentZero() {
    long block = heap.malloc(null, 1024, 0);
    assertEquals(0, block % CACHE_LINE);
    heap.free(block);
    assertEmptyAgain();
  }

  @Test
  void shouldValidateOnlyBlocksInUse() {
    long block = heap.malloc(null, 1000, CACHE_LINE);
    assertEquals(1024, heap.validate(block));
    assertEquals(-1, heap.validate(0));
    assertEquals(-1, heap.validate(block + CACHE_LINE));
    assertEquals(-1, heap.validate(block + 1));
    assertEquals(-1, heap.validate(0x1000));
    assertTrue(heap.free(block));
    assertEquals(-1, heap.validate(block));
    assertFalse(heap.free(block), "freed twice");
    assertFalse(heap.free(0));
    assertEmptyAgain();
  }

  @Test
  void shouldCountAllocationsAndBytesAndComeBackToWhereItWas() {
    HeapStats before = heap.stats();
    long first = heap.malloc("add", 1024, 0);
    HeapStats one = heap.stats();
    long second = heap.malloc("add2", 1024, 0);
    HeapStats two = heap.stats();
    assertEquals(before.allocSize() + 1024 + MallocElem.OVERHEAD, one.allocSize());
    assertEquals(one.allocSize() + 1024 + MallocElem.OVERHEAD, two.allocSize());
    assertEquals(one.allocCount() + 1, two.allocCount());
    assertEquals(one.freeCount(), two.freeCount());
    assertEquals(one.totalSize(), two.totalSize());
    assertTrue(one.freeSize() > two.freeSize());
    heap.free(first);
    heap.free(second);
    assertEquals(before, heap.stats());
    assertNull(pages.heaps().heap(7).stats());
  }

  @Test
  void shouldKeepContentWhenReallocMovesABlock() {
    long block = heap.zmalloc(null, 1024, CACHE_LINE);
    Memory.putString(block, 1024, "Hello, world!");
    long bigger = heap.realloc(block, 2048, CACHE_LINE);
    assertEquals("Hello, world!", Memory.getString(bigger, 64));
    assertZeroed(bigger + 64, 1024 - 64);
    assertEquals(2048, heap.validate(bigger));
    heap.free(bigger);
    assertEmptyAgain();
  }

  @Test
  void shouldGrowInPlaceIntoAFreeNeighbour() {
    long behind = heap.malloc(null, 2048, CACHE_LINE);
    long block = heap.zmalloc(null, 2048, CACHE_LINE);
    assertTrue(block < behind);
    heap.free(behind);
    assertEquals(block, heap.realloc(block, 3072, CACHE_LINE));
    assertEquals(block, heap.realloc(block, 4096, CACHE_LINE));
    assertEquals(block, heap.realloc(block, 512, CACHE_LINE), "shrinking");
    heap.free(block);
    assertEmptyAgain();
  }

  @Test
  void shouldMoveWhenAlignmentOrRoomDemandIt() {
    long block = heap.malloc(null, 1024, CACHE_LINE);
    int align = 128;
    while (block % align == 0) {
      align *= 2;
    }
    long aligned = heap.realloc(block, 1024, align);
    assertEquals(0, aligned % align);
    heap.free(aligned);
    long next = heap.malloc(null, 1024, CACHE_LINE);
    long moving = heap.malloc(null, 1024, CACHE_LINE);
    heap.free(next);
    long moved = heap.realloc(moving, 1024 + 1024 + 256, CACHE_LINE);
    assertNotEquals(moving, moved);
    heap.free(moved);
    long fresh = heap.realloc(0, 1024, CACHE_LINE);
    assertEquals(1024, heap.validate(fresh));
    heap.free(fresh);
    assertEmptyAgain();
  }

  @Test
  void shouldLeaveTheOldBlockWhenReallocFails() {
    long block = heap.malloc(null, 64, CACHE_LINE);
    Memory.putLong(block, 77);
    assertEquals(0, heap.realloc(block, 1L << 50, CACHE_LINE));
    assertEquals(77, Memory.getLong(block));
    assertEquals(0, heap.realloc(block + 8, 64, CACHE_LINE), "no block");
    heap.free(block);
    assertEmptyAgain();
  }

  @Test
  void shouldStopATypeAtItsLimitAndNoOther() {
    heap.setLimit("flows", 4096);
    long first = heap.malloc("flows", 2048, 0);
    long second = heap.malloc("flows", 2048, 0);
    assertNotEquals(0, second);
    assertEquals(0, heap.malloc("flows", 1, 0));
    long other = heap.malloc("others", 8192, 0);
    assertNotEquals(0, other);
    heap.free(first);
    long third = heap.malloc("flows", 1024, 0);
    assertNotEquals(0, third);
    assertEquals(0, heap.realloc(third, 4096, 0), "counts against the limit too");
    heap.free(second);
    heap.free(third);
    heap.free(other);
    assertEmptyAgain();
  }

  @Test
  void shouldGrowByPagesAndGiveThemBack() {
    long before = pages.pages().lists().totalSize();
    long block = heap.zmalloc(null, 11 << 20, 0);
    assertNotEquals(0, block);
    assertTrue(pages.pages().lists().totalSize() >= before + (10 << 20));
    HeapChain.assertConsistent(pages.heapAddress());
    Memory.fill(block, 11 << 20, (byte) 1);
    heap.free(block);
    assertEquals(before, pages.pages().lists().totalSize());
    assertEmptyAgain();
    long again = heap.zmalloc(null, 11 << 20, 0);
    for (long at = 0; at < 11 << 20; at += 4096) {
      assertEquals(0, Memory.getLong(again + at), "pages come back zeroed");
    }
    heap.free(again);
  }

  @Test
  void shouldPutBlocksOfEveryThreadApart() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<Boolean>> results = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      byte mark = (byte) (t + 1);
      results.add(threads.submit(() -> randomAllocFree(mark)));
    }
    for (Future<Boolean> result : results) {
      assertTrue(result.get());
    }
    threads.shutdown();
    assertEmptyAgain();
  }

  private boolean randomAllocFree(byte mark) {
    Random random = new Random(mark);
    Deque<long[]> blocks = new ArrayDeque<>();
    for (int i = 0; i < 300; i++) {
      long size = 1 + random.nextInt(64 << 10);
      int align = 1 << random.nextInt(12);
      long block = heap.malloc(null, size, align);
      if (block == 0 || block % align != 0 || heap.validate(block) < size) {
        return false;
      }
      Memory.fill(block, size, mark);
      blocks.push(new long[] {block, size});
      while (!blocks.isEmpty() && (random.nextInt(10) >= 8 || blocks.size() > 20)) {
        if (!holds(blocks.peek(), mark) || !heap.free(blocks.pop()[0])) {
          return false;
        }
      }
    }
    for (long[] block : blocks) {
      if (!holds(block, mark) || !heap.free(block[0])) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(long[] block, byte mark) {
    for (long at = 0; at < block[1]; at += 97) {
      if (Memory.getByte(block[0] + at) != mark) {
        return false;
      }
    }
    return Memory.getByte(block[0] + block[1] - 1) == mark;
  }

  @Test
  void shouldSortFreeBlocksBySizeClass() {
    assertEquals(0, MallocElem.freeListIndex(1));
    assertEquals(0, MallocElem.freeListIndex(256));
    assertEquals(1, MallocElem.freeListIndex(257));
    assertEquals(1, MallocElem.freeListIndex(1024));
    assertEquals(2, MallocElem.freeListIndex(1025));
    assertEquals(2, MallocElem.freeListIndex(4096));
    assertEquals(MallocElem.FREE_LISTS - 1, MallocElem.freeListIndex(1L << 50));
  }

  @Test
  void shouldTakeSocketsThatHaveAHeapOnly() {
    // Without hugepages any socket's number is answered from what there is, as DPDK does.
    long block = pages.heaps().heap(0).malloc(null, 10, 0);
    assertEquals(
        0, Memory.getInt(pages.pages().lists().virt2memseg(block) + MemsegLayout.SOCKET_ID));
    assertNotEquals(0, heap.free(block) ? 1 : 0);
    assertEquals("socket_0", Memory.getString(pages.heapAddress() + MallocHeapLayout.NAME, 32));
  }

  @Test
  void shouldDumpEveryElement() {
    List<Long> blocks = new ArrayList<>();
    Collections.addAll(blocks, heap.malloc(null, 1, 0), heap.malloc(null, 100, 4096));
    String dump = heap.dump();
    assertTrue(dump.contains("Heap size: 0x800000"), dump);
    assertTrue(dump.contains("alloc count: 2"), dump);
    assertEquals(2, dump.split("BUSY").length - 1, dump);
    blocks.forEach(heap::free);
  }
}
