package io.sluice.memseg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.MallocElemLayout;
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

/** What DPDK's malloc_autotest asserts, for each kind of pages, in a primary or a secondary. */
abstract class AbstractHeapTest {
  private static final int CACHE_LINE = 64;
  private static final int MAX_NUMA_NODES = 32;

  private PageFixture pages;
  private Heap heap;

  /** A heap of 8 MB without blocks, which nobody else uses. */
  abstract PageFixture open();

  @BeforeEach
  void create() {
    pages = open();
    heap = pages.heap();
    assertEmptyAgain();
  }

  @AfterEach
  void close() {
    if (pages != null) {
      pages.close();
    }
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
    for (int round = 0; round < 30; round++) {
      allocateAndFreeInOrder(round, (byte) 0x5a);
      assertEmptyAgain();
    }
  }

  @Test
  void shouldAlignZeroAndNeverOverlapOnManyThreads() throws Exception {
    onThreads(
        mark -> {
          for (int round = 0; round < 300; round++) {
            allocateAndFreeInOrder(round + mark, mark);
          }
        });
    assertEmptyAgain();
  }

  private void allocateAndFreeInOrder(int round, byte mark) {
    int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
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
      Memory.fill(blocks[i], sizes[i], mark);
    }
    assertEquals(0, blocks[0] % 8);
    assertEquals(0, blocks[1] % 64);
    assertEquals(0, blocks[2] % 2048);
    for (int i : orders[round % orders.length]) {
      assertTrue(holds(new long[] {blocks[i], sizes[i]}, mark));
      assertTrue(heap.free(blocks[i]));
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
    long aligned = heap.malloc("stats", 2048, 1024);
    assertEquals(0, aligned % 1024);
    assertTrue(heap.free(aligned));
    assertEquals(before, heap.stats());
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
    long behind = heap.realloc(heap.malloc(null, 1024, CACHE_LINE), 2048, CACHE_LINE);
    long block = heap.zmalloc(null, 2048, CACHE_LINE);
    assertTrue(block < behind);
    assertZeroed(block, 2048);
    Memory.putLong(block, 4711);
    heap.free(behind);
    assertEquals(block, heap.realloc(block, 3072, CACHE_LINE), "a part of what is free");
    assertEquals(block, heap.realloc(block, 2048 + 2048 + 1024, CACHE_LINE), "all of it");
    assertEquals(block, heap.realloc(block, 512, CACHE_LINE), "shrinking");
    assertEquals(4711, Memory.getLong(block));
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
  void shouldCountAgainstTheLimitWhatGrowsInPlace() {
    long behind = heap.malloc(null, 4096, 0);
    heap.setLimit("tables", 4096);
    long block = heap.malloc("tables", 1024, 0);
    assertTrue(block < behind);
    heap.free(behind);
    assertEquals(behind, heap.malloc(null, 4096, 0), "the heap gives from its end");
    long below = heap.realloc(block, 1024, 0);
    assertEquals(block, below);
    heap.free(behind);
    assertEquals(block, heap.realloc(block, 4096, 0));
    assertEquals(0, heap.malloc("tables", 1, 0), "all is used up");
    assertEquals(0, heap.realloc(block, 4097, 0));
    assertEquals(block, heap.realloc(block, 1024, 0));
    long rest = heap.malloc("tables", 3072, 0);
    assertNotEquals(0, rest);
    heap.free(rest);
    heap.free(block);
    assertEmptyAgain();
  }

  @Test
  void shouldNotCountWhatCannotBeAllocated() {
    heap.setLimit("huge", Long.MAX_VALUE);
    assertEquals(0, heap.malloc("huge", 1L << 50, 0));
    assertEquals(0, heap.malloc("huge", 100, 17));
    heap.setLimit("huge", 100);
    long block = heap.malloc("huge", 100, 0);
    assertNotEquals(0, block);
    heap.free(block);
    assertEmptyAgain();
  }

  @Test
  void shouldTellABlockFromWhatOnlyLooksLikeOne() {
    long block = heap.zmalloc(null, 1024, CACHE_LINE);
    long header = block + 256;
    Memory.copy(MallocElem.fromData(block), header, MallocElem.OVERHEAD);
    Memory.putLong(header + MallocElemLayout.HEAP, pages.heapAddress() + 192L * 1_000_000);
    assertEquals(-1, heap.validate(header + MallocElem.OVERHEAD));
    assertFalse(heap.free(header + MallocElem.OVERHEAD));
    assertEquals(0, heap.realloc(header + MallocElem.OVERHEAD, 64, 0));
    heap.free(block);
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
    onThreads(this::randomAllocFree);
    assertEmptyAgain();
  }

  private interface MarkedWork {
    void run(byte mark);
  }

  private static void onThreads(MarkedWork work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<?>> results = new ArrayList<>();
    for (int t = 1; t <= 4; t++) {
      byte mark = (byte) t;
      results.add(threads.submit(() -> work.run(mark)));
    }
    threads.shutdown();
    for (Future<?> result : results) {
      result.get();
    }
  }

  private void randomAllocFree(byte mark) {
    Random random = new Random(mark);
    Deque<long[]> blocks = new ArrayDeque<>();
    for (int i = 0; i < 300; i++) {
      long size = 1 + random.nextInt(64 << 10);
      int align = 1 << random.nextInt(12);
      long block = heap.malloc(null, size, align);
      assertNotEquals(0, block);
      assertEquals(0, block % align);
      assertTrue(heap.validate(block) >= size);
      Memory.fill(block, size, mark);
      blocks.push(new long[] {block, size});
      while (!blocks.isEmpty() && (random.nextInt(10) >= 8 || blocks.size() > 20)) {
        freeMarked(blocks.pop(), mark);
      }
    }
    blocks.forEach(block -> freeMarked(block, mark));
  }

  private void freeMarked(long[] block, byte mark) {
    assertTrue(holds(block, mark), "another thread wrote here");
    assertTrue(heap.free(block[0]));
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
  void shouldTakeMemoryOfTheSocketAskedForOrNone() {
    for (int socket = -1; socket < MAX_NUMA_NODES; socket++) {
      Heap wanted = pages.heaps().heap(socket);
      boolean there = socket < 0 || wanted.stats() != null;
      long[] blocks = {
        wanted.calloc(null, 10, 1, 0), wanted.malloc(null, 10, 0), wanted.zmalloc(null, 10, 0)
      };
      for (long block : blocks) {
        // Without hugepages any socket's number is answered from what there is, as DPDK does.
        assertEquals(there || !pages.pages().isHugepageBacked(), block != 0, "socket " + socket);
        if (there && socket >= 0) {
          assertEquals(socket, socketOf(block));
        }
        assertEquals(block != 0, heap.free(block));
      }
    }
    assertEquals("socket_0", Memory.getString(pages.heapAddress() + MallocHeapLayout.NAME, 32));
    assertEmptyAgain();
  }

  private int socketOf(long block) {
    long memseg = pages.pages().lists().virt2memseg(block);
    return Memory.getInt(memseg + MemsegLayout.SOCKET_ID);
  }

  @Test
  void shouldMoveToTheSocketThatReallocAsksFor() {
    long block = 0;
    long size = 1024;
    for (int socket = 0; socket < MAX_NUMA_NODES; socket++) {
      Heap wanted = pages.heaps().heap(socket);
      for (int i = 0; i < 2 && wanted.stats() != null; i++) {
        block = wanted.realloc(block, size, CACHE_LINE);
        assertNotEquals(0, block);
        assertEquals(socket, socketOf(block));
        size += CACHE_LINE;
      }
    }
    assertTrue(heap.free(block));
    assertEmptyAgain();
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
