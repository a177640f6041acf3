package io.sluice.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

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

  @Test
  void shouldBeFoundByNameOrNameWhatIsAccepted() {
    assertInstanceOf(AdaptiveIdleStrategy.class, IdleStrategy.named("adaptive"));
    for (String name : List.of("spin", "yield", "park")) {
      IdleStrategy.named(name).idle(1);
    }
    SluiceException e = assertThrows(SluiceException.class, () -> IdleStrategy.named("nap"));
    assertEquals(
        "idle strategy 'nap'; accepted: spin, yield, park, adaptive (EINVAL)", e.getMessage());
  }
}
