package io.sluice.memzone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.platform.HugepagePools;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Zones where there are hugepages of 1 GB. */
@RequiresRoot
@RequiresHugepages(kb = 1048576, count = 1)
class GigabyteMemZoneTest {
  private static final long GIGABYTE = 1L << 30;

  @Test
  void shouldTakePagesOfTheSizeAskedForWhereThereIsOnlyThatOne() {
    String mount =
        HugepagePools.current().stream()
            .filter(pool -> pool.pageSize() == GIGABYTE)
            .findFirst()
            .orElseThrow()
            .mountPoints()
            .get(0)
            .toString();
    try (SharedMemory memory = AbstractMemZoneTest.create("--huge-dir", mount)) {
      assertEquals(Set.of(GIGABYTE), PageSizeChecks.of(memory));
      PageSizeChecks.assertAsAskedFor(memory);
    }
  }

  @Test
  @RequiresHugepages(kb = 2048, count = 8)
  void shouldTakePagesOfTheSizeAskedForWhereThereAreBoth() {
    try (SharedMemory memory = AbstractMemZoneTest.create("-m", "8")) {
      assertEquals(Set.of(2L << 20, GIGABYTE), PageSizeChecks.of(memory));
      PageSizeChecks.assertAsAskedFor(memory);
    }
  }
}
