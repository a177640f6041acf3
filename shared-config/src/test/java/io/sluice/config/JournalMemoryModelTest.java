package io.sluice.config;

import io.sluice.testing.Jcstress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jcstress tests of the journal and of the locks' logs. */
class JournalMemoryModelTest {
  @Test
  void shouldSeeNoForbiddenOutcome(@TempDir Path results) {
    Jcstress.assertNoForbiddenOutcome(JournalStress.class.getName(), results);
  }
}
