package io.sluice.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How far two CPUs are apart. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CpuDistanceTest {
  private static Cpus two() {
    Cpus cpus = Cpus.choose();
    assumeTrue(cpus.areTwo(), "needs two CPUs; this process may use one");
    return cpus;
  }

  private static void assertDistance(double nanos) {
    assertTrue(nanos > 1 && nanos < 1e6, () -> nanos + " ns");
  }

  @Test
  void shouldMeasureAgainAndAgain() {
    try (CpuDistance distance = new CpuDistance(two())) {
      assertDistance(distance.nanos());
      assertDistance(distance.nanos());
    }
  }

  @Test
  void shouldKnowTheDistanceForEachPointAlsoForThosePrintedTogether() {
    AtomicInteger printed = new AtomicInteger();
    try (CpuDistances distances = new CpuDistances(two(), printed::get)) {
      printed.set(3);
      assertDistance(distances.at(0));
      assertDistance(distances.at(1));
      assertDistance(distances.at(2));
    }
  }
}
