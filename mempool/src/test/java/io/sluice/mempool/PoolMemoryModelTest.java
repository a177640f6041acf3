package io.sluice.mempool;

import io.sluice.testing.Jcstress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jcstress tests of pools' stack and caches. */
class PoolMemoryModelTest {
  @Test
  void shouldSeeNoForbiddenOutcome(@TempDir Path results) {
    Jcstress.assertNoForbiddenOutcome(PoolStress.class.getName(), results);
  }
}
