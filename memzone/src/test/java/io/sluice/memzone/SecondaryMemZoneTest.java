package io.sluice.memzone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.config.EalOptions;
import io.sluice.memseg.HeapStats;
import io.sluice.testing.SuiteProcess;
import io.sluice.testing.UniquePrefix;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Zones of a primary, reserved and freed by a secondary in another JVM. */
class SecondaryMemZoneTest {
  @ParameterizedTest
  @EnumSource(Pages.class)
  void shouldServeASecondary(Pages kind) {
    kind.assume();
    String[] options = kind.options(UniquePrefix.next(), "-m", "8");
    try (SharedMemory primary = SharedMemory.create(EalOptions.parse(options))) {
      HeapStats before = primary.heap(0).stats();
      String zones = MemZone.dump(primary);
      SuiteProcess.assertPasses(InSecondary.class, primary.options().filePrefix());
      assertEquals(zones, MemZone.dump(primary));
      assertEquals(before, primary.heap(0).stats());
    }
  }

  static final class InSecondary extends AbstractMemZoneTest {
    private final String prefix;

    InSecondary(String prefix) {
      this.prefix = prefix;
    }

    @Override
    SharedMemory open() {
      return SharedMemory.attach(
          EalOptions.parse("--proc-type", "secondary", "--file-prefix", prefix));
    }
  }
}
