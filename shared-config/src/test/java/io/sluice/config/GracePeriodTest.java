package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class GracePeriodTest {
  @Test
  void shouldBeginAnewForAnotherClaim() {
    GracePeriod period = new GracePeriod(4711, 1, new ArrayList<>());
    assertTrue(period.isOver());
    assertTrue(period.goesOnWith(4711, 1));
    assertFalse(period.goesOnWith(4712, 1));
    // The same head, but after something was undone.
    assertFalse(period.goesOnWith(4711, 2));
  }
}
