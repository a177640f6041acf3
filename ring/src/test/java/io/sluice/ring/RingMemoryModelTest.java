package io.sluice.ring;

import io.sluice.testing.Jcstress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jcstress tests of rings, in every mode. */
class RingMemoryModelTest {
  @Test
  void shouldSeeNoForbiddenOutcome(@TempDir Path results) {
    Jcstress.assertNoForbiddenOutcome("io.sluice.ring.jcstress.", results);
  }

  @Test
  void shouldNeverHaveAnEarlierClaimsNoteOverALaterOnes(@TempDir Path results) {
    Jcstress.assertNoForbiddenOutcome(LastNoteStress.class.getName(), results);
  }
}
