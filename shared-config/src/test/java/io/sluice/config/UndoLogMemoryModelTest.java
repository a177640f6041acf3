package io.sluice.config;

import io.sluice.testing.Jcstress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jcstress tests of the locks' logs. */
class UndoLogMemoryModelTest {
  @Test
  void shouldSeeNoForbiddenOutcome(@TempDir Path results) {
    Jcstress.assertNoForbiddenOutcome(UndoLogStress.class.getName(), results);
  }
}
