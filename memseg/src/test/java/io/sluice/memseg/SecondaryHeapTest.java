package io.sluice.memseg;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.SuiteProcess;
import org.junit.jupiter.api.Test;

/** The heap of a primary, used by a secondary in another JVM. */
class SecondaryHeapTest {
  private static void assertPassesInSecondary(String... options) {
    try (PageFixture primary = PageFixture.of(options)) {
      HeapStats before = primary.heap().stats();
      SuiteProcess.assertPasses(InSecondary.class, primary.prefix());
      HeapChain.assertConsistent(primary.heapAddress());
      assertEquals(before, primary.heap().stats());
    }
  }

  @Test
  void shouldServeASecondaryFromPlainFiles() {
    assertPassesInSecondary("--no-huge", "-m", "8");
  }

  @Test
  void shouldServeASecondaryFromOnePlainFile() {
    assertPassesInSecondary("--no-huge", "--single-file-segments", "-m", "8");
  }

  @Test
  @RequiresRoot
  @RequiresHugepages(kb = 2048, count = 32)
  void shouldServeASecondaryFromHugepages() {
    assertPassesInSecondary("-m", "8");
  }

  static final class InSecondary extends AbstractHeapTest {
    private final String prefix;

    InSecondary(String prefix) {
      this.prefix = prefix;
    }

    @Override
    PageFixture open() {
      return PageFixture.attach(prefix);
    }
  }
}
