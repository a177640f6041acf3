package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.BitSet;

/** Every search of an fbarray, worked out slowly from a BitSet. */
final class FbarrayModel {
  private FbarrayModel() {}

  static void assertSame(Fbarray array, BitSet used, int length) {
    BitSet free = (BitSet) used.clone();
    free.flip(0, length);
    assertEquals(used.cardinality(), array.count());
    for (int i = 0; i < length; i++) {
      assertEquals(used.get(i), array.isUsed(i), "is used " + i);
      assertEquals(used.nextSetBit(i), array.findNextUsed(i), "next used " + i);
      assertEquals(free.nextSetBit(i), array.findNextFree(i), "next free " + i);
      assertEquals(used.previousSetBit(i), array.findPrevUsed(i), "previous used " + i);
      assertEquals(free.previousSetBit(i), array.findPrevFree(i), "previous free " + i);
      assertEquals(run(used, i, 1), array.findContigUsed(i), "run used " + i);
      assertEquals(run(free, i, 1), array.findContigFree(i), "run free " + i);
      assertEquals(run(used, i, -1), array.findRevContigUsed(i), "reverse run used " + i);
      assertEquals(run(free, i, -1), array.findRevContigFree(i), "reverse run free " + i);
      for (int n : new int[] {1, 2, 7, 64, 65, length - 1, length}) {
        assertEquals(next(used, i, n, length), array.findNextNUsed(i, n), i + " next used " + n);
        assertEquals(next(free, i, n, length), array.findNextNFree(i, n), i + " next free " + n);
        assertEquals(previous(used, i, n), array.findPrevNUsed(i, n), i + " prev used " + n);
        assertEquals(previous(free, i, n), array.findPrevNFree(i, n), i + " prev free " + n);
      }
      assertEquals(biggest(used, i, length), array.findBiggestUsed(i), "biggest used " + i);
      assertEquals(biggest(free, i, length), array.findBiggestFree(i), "biggest free " + i);
      assertEquals(reverseBiggest(used, i), array.findRevBiggestUsed(i), "rev used " + i);
      assertEquals(reverseBiggest(free, i), array.findRevBiggestFree(i), "rev free " + i);
    }
  }

  private static int run(BitSet bits, int start, int step) {
    int count = 0;
    for (int i = start; i >= 0 && bits.get(i); i += step) {
      count++;
    }
    return count;
  }

  private static int next(BitSet bits, int start, int n, int length) {
    for (int i = start; i + n <= length; i++) {
      if (run(bits, i, 1) >= n) {
        return i;
      }
    }
    return -1;
  }

  private static int previous(BitSet bits, int start, int n) {
    for (int last = start; last - n + 1 >= 0; last--) {
      if (run(bits, last, -1) >= n) {
        return last - n + 1;
      }
    }
    return -1;
  }

  private static int biggest(BitSet bits, int start, int length) {
    int best = -1;
    int longest = 0;
    for (int i = start; i < length; i++) {
      if (run(bits, i, 1) > longest) {
        longest = run(bits, i, 1);
        best = i;
      }
    }
    return best;
  }

  private static int reverseBiggest(BitSet bits, int start) {
    int best = -1;
    int longest = 0;
    for (int i = start; i >= 0; i--) {
      if (run(bits, i, -1) > longest) {
        longest = run(bits, i, -1);
        best = i - longest + 1;
      }
    }
    return best;
  }
}
