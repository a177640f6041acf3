package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class GracePeriodTest {
  @Test
  void shouldBeginAnewForAnotherClaim() {
    GracePeriod period = new GracePeriod(4711, 12, 1, 0, new ArrayList<>(), false);
    assertTrue(period.goesOnWith(4711, 12, 1));
    assertFalse(period.goesOnWith(4712, 12, 1));
    // The same head, but somebody has claimed since and said so.
    assertFalse(period.goesOnWith(4711, 13, 1));
    // The same, but after something was undone.
    assertFalse(period.goesOnWith(4711, 12, 2));
  }
}
