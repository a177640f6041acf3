package io.sluice.memseg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PlainMemoryTest {
  private static final String MEMINFO =
      "MemTotal:       8000000 kB\nMemFree:   10 kB\nMemAvailable:   3000000 kB\n";

  @Test
  void shouldLeaveAnEighthOfTheMemory() {
    assertEquals(2_000_000L << 10, PlainMemory.left(MEMINFO));
    assertTrue(PlainMemory.isShort(HugepageSources.PLAIN_DIRECTORY, 1L << 60));
  }

  @Test
  void shouldRefuseNothingWhereNothingIsKnown() {
    assertEquals(Long.MAX_VALUE, PlainMemory.left(""));
  }

  @Test
  void shouldNotCountPagesThatAreSetAside() {
    assertFalse(PlainMemory.isShort("/mnt/huge", 1L << 60));
  }
}
