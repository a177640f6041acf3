package io.sluice.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class IdleStrategyTest {
  private final AdaptiveIdleStrategy adaptive = new AdaptiveIdleStrategy();

  private void idle(int rounds) {
    for (int i = 0; i < rounds; i++) {
      adaptive.idle(0);
    }
  }

  @Test
  void shouldParkOnlyAfterAllSpinsAndYieldsThenLongerUpToTheLimit() {
    idle(AdaptiveIdleStrategy.SPINS + AdaptiveIdleStrategy.YIELDS - 1);
    assertEquals(0, adaptive.nextParkNanos());
    idle(1);
    assertEquals(AdaptiveIdleStrategy.MIN_PARK_NANOS, adaptive.nextParkNanos());
    idle(1);
    assertEquals(2 * AdaptiveIdleStrategy.MIN_PARK_NANOS, adaptive.nextParkNanos());
    idle(20);
    assertEquals(AdaptiveIdleStrategy.MAX_PARK_NANOS, adaptive.nextParkNanos());
  }

  @Test
  void shouldSpinAgainAfterWork() {
    idle(AdaptiveIdleStrategy.SPINS + AdaptiveIdleStrategy.YIELDS + 3);
    adaptive.idle(1);
    assertEquals(0, adaptive.nextParkNanos());
  }

  @Test
  void shouldAllReturn() {
    for (IdleStrategy strategy :
        List.of(
            IdleStrategy.spin(),
            IdleStrategy.yield(),
            IdleStrategy.park(1),
            IdleStrategy.adaptive())) {
      strategy.idle(0);
      strategy.idle(1);
      strategy.reset();
    }
  }
}
