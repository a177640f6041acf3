package io.sluice.memseg;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

/** The bookkeeping of limits, by addresses that need not be blocks. */
class TypeLimitsTest {
  private final TypeLimits limits = new TypeLimits();

  @Test
  void shouldForgetABlockThatAnotherProcessFreedOnceItsAddressIsGivenOutAgain() {
    limits.set("flows", 100);
    for (int i = 0; i < 5; i++) {
      limits.settle(limits.book("flows", 100), 64);
      assertNull(limits.book("flows", 1));
      // Freed elsewhere: the same address comes back, for a type without limit.
      limits.settle(limits.book("others", 100), 64);
      limits.settle(limits.book("flows", 60), 64);
      limits.settle(limits.book("flows", 40), 64);
      limits.release(64);
    }
    assertNotNull(limits.book("flows", 100));
  }

  @Test
  void shouldNotCountWhatWasBookedBeforeThereWasALimit() {
    TypeLimits.Booking before = limits.book("late", 500);
    limits.set("late", 100);
    limits.settle(before, 0);
    assertNull(limits.book("late", 101));
    assertNotNull(limits.book("late", 100));
    assertNull(limits.book("late", Long.MAX_VALUE));
  }
}
