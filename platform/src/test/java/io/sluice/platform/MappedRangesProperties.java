package io.sluice.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.BitSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Held against a bit per byte, in a range of addresses where nothing is mapped. */
class MappedRangesProperties {
  private static final long BASE = 0x3f0000000000L;
  private static final int SPAN = 64;

  record Change(boolean add, int start, int length) {
    int end() {
      return start + length;
    }
  }

  @Provide
  Arbitrary<List<Change>> changes() {
    return Combinators.combine(
            Arbitraries.of(true, true, false),
            Arbitraries.integers().between(0, SPAN - 1),
            Arbitraries.integers().between(1, SPAN))
        .as((add, start, length) -> new Change(add, start, Math.min(length, SPAN - start)))
        .list()
        .ofMaxSize(12);
  }

  @Property(tries = 200)
  void shouldKnowExactlyTheBytesThatWereMappedAndNotUnmapped(
      @ForAll("changes") List<Change> changes) {
    BitSet expected = new BitSet();
    try {
      for (Change change : changes) {
        if (change.add()) {
          MappedRanges.add(BASE + change.start(), change.length());
        } else {
          MappedRanges.cut(BASE + change.start(), change.length());
        }
        expected.set(change.start(), change.end(), change.add());
      }
      for (int start = 0; start < SPAN; start++) {
        for (int length = 1; length <= SPAN - start; length++) {
          boolean mapped = expected.nextClearBit(start) >= start + length;
          assertEquals(mapped, isKnown(BASE + start, length), start + "+" + length);
        }
      }
    } finally {
      MappedRanges.cut(BASE, SPAN);
    }
  }

  private static boolean isKnown(long address, long length) {
    try {
      MappedRanges.check(address, length);
      return true;
    } catch (IllegalMemoryAccessException e) {
      return false;
    }
  }
}
