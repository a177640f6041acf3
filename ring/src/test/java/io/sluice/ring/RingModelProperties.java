package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A ring does what an ArrayDeque of bounded size does. */
class RingModelProperties {
  @Provide
  Arbitrary<Integer> modes() {
    return Arbitraries.of(RingModes.all().toList());
  }

  /** Positive: enqueue so many; negative: dequeue; bulk when even, burst when odd. */
  @Provide
  Arbitrary<List<Integer>> operations() {
    return Arbitraries.integers().between(-40, 40).list().ofMaxSize(60);
  }

  @Property(tries = 400)
  void shouldBehaveAsABoundedQueue(
      @ForAll("modes") int flags,
      @ForAll int start,
      @ForAll("operations") List<Integer> operations) {
    try (RawRing raw = new RawRing(32, flags)) {
      raw.startAt(start);
      Ring ring = raw.ring;
      ArrayDeque<Long> model = new ArrayDeque<>();
      long next = 1;
      long[] array = new long[40];
      for (int operation : operations) {
        int n = Math.abs(operation);
        boolean bulk = n % 2 == 0;
        if (operation > 0) {
          for (int i = 0; i < n; i++) {
            array[i] = next + i;
          }
          int done = bulk ? ring.enqueueBulk(array, 0, n) : ring.enqueueBurst(array, 0, n);
          int room = ring.capacity() - model.size();
          assertEquals(n <= room ? n : bulk ? 0 : room, done);
          for (int i = 0; i < done; i++) {
            model.add(next++);
          }
        } else {
          int done = bulk ? ring.dequeueBulk(array, 0, n) : ring.dequeueBurst(array, 0, n);
          assertEquals(n <= model.size() ? n : bulk ? 0 : model.size(), done);
          for (int i = 0; i < done; i++) {
            assertEquals(model.poll(), array[i]);
          }
        }
        assertEquals(model.size(), ring.count());
        assertEquals(ring.capacity() - model.size(), ring.freeCount());
      }
    }
  }
}
