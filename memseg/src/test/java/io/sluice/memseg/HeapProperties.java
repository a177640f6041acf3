package io.sluice.memseg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Random sequences of heap operations against a model of which block lies where. */
class HeapProperties {
  private static PageFixture pages;

  @BeforeContainer
  static void create() {
    pages = PageFixture.of("-m", "8");
  }

  @AfterContainer
  static void close() {
    pages.close();
  }

  private enum Kind {
    MALLOC,
    ZMALLOC,
    REALLOC,
    FREE
  }

  private record Operation(Kind kind, int pick, long size, int align) {}

  @Provide
  Arbitrary<List<Operation>> operations() {
    Arbitrary<Long> sizes =
        Arbitraries.oneOf(
            Arbitraries.longs().between(1, 300),
            Arbitraries.longs().between(1, 20_000),
            Arbitraries.longs().between(1, 3 << 20));
    Arbitrary<Integer> aligns = Arbitraries.of(0, 1, 8, 64, 128, 256, 1024, 4096, 65536, 1 << 20);
    return Combinators.combine(
            Arbitraries.of(Kind.class), Arbitraries.integers().between(0, 1000), sizes, aligns)
        .as(Operation::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(120);
  }

  @Property(tries = 150)
  void shouldNeverOverlapAndMergeAllBackWhateverTheSequence(
      @ForAll("operations") List<Operation> operations) {
    Heap heap = pages.heap();
    long address = pages.heapAddress();
    int before = HeapChain.elements(address);
    Map<Long, Long> model = new TreeMap<>();
    for (Operation operation : operations) {
      apply(heap, operation, model);
      HeapChain.assertConsistent(address);
    }
    for (Map.Entry<Long, Long> block : model.entrySet()) {
      assertPattern(block.getKey(), block.getValue());
      assertTrue(heap.free(block.getKey()));
    }
    HeapChain.assertConsistent(address);
    assertEquals(before, HeapChain.elements(address), "not merged back");
    assertEquals(0, heap.stats().allocCount());
    assertEquals(heap.stats().totalSize(), heap.stats().freeSize());
  }

  private static void apply(Heap heap, Operation operation, Map<Long, Long> model) {
    List<Long> blocks = new ArrayList<>(model.keySet());
    if (operation.kind == Kind.MALLOC || operation.kind == Kind.ZMALLOC || blocks.isEmpty()) {
      boolean zeroed = operation.kind == Kind.ZMALLOC;
      long block =
          zeroed
              ? heap.zmalloc("test", operation.size, operation.align)
              : heap.malloc("test", operation.size, operation.align);
      assertNotEquals(0, block);
      if (zeroed) {
        assertZeroed(block, operation.size);
      }
      book(model, block, operation);
      return;
    }
    long block = blocks.get(operation.pick % blocks.size());
    long size = model.get(block);
    assertPattern(block, size);
    model.remove(block);
    if (operation.kind == Kind.FREE) {
      assertTrue(heap.free(block));
      return;
    }
    long moved = heap.realloc(block, operation.size, operation.align);
    assertNotEquals(0, moved);
    assertPattern(moved, Math.min(size, operation.size));
    book(model, moved, operation);
  }

  private static void book(Map<Long, Long> model, long block, Operation operation) {
    assertEquals(0, block % Math.max(operation.align, MallocElem.CACHE_LINE), "alignment");
    for (Map.Entry<Long, Long> other : model.entrySet()) {
      assertTrue(
          block + operation.size <= other.getKey() || other.getKey() + other.getValue() <= block,
          "blocks overlap");
    }
    model.put(block, operation.size);
    writePattern(block, operation.size);
  }

  private static byte pattern(long block) {
    return (byte) (block >>> 6 | 1);
  }

  /**
   * Marks both ends; a realloc moves the first mark with the data, so it carries the mark itself.
   */
  private static void writePattern(long block, long size) {
    Memory.fill(block, Math.min(size, 64), pattern(size));
    Memory.putByte(block + size - 1, pattern(size));
  }

  private static void assertPattern(long block, long size) {
    byte first = Memory.getByte(block);
    for (int i = 1; i < Math.min(size, 64) - 1; i++) {
      assertEquals(first, Memory.getByte(block + i), "content");
    }
  }

  private static void assertZeroed(long block, long size) {
    for (long at = 0; at < size; at++) {
      if (Memory.getByte(block + at) != 0) {
        throw new AssertionError("byte " + at + " of a zmalloc is not 0");
      }
    }
  }
}
