package io.sluice.memseg;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PlainMemoryTest {
  private static final String MEMINFO =
      "MemTotal:       8000000 kB\nMemFree:   10 kB\nMemAvailable:   3000000 kB\n";

  @Test
  void shouldLeaveAnEighthOfTheMemory() {
    assertFalse(PlainMemory.wouldExhaust(MEMINFO, 2_000_000L << 10));
    assertTrue(PlainMemory.wouldExhaust(MEMINFO, (2_000_000L << 10) + 1));
  }

  @Test
  void shouldRefuseNothingWhereNothingIsKnown() {
    assertFalse(PlainMemory.wouldExhaust("", 1L << 40));
  }

  @Test
  void shouldNotCountPagesThatAreSetAside() {
    assertFalse(PlainMemory.isShort("/mnt/huge", 1L << 60));
  }
}
