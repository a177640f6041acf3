package io.sluice.platform;

import java.util.concurrent.locks.LockSupport;

/** See {@link IdleStrategy#adaptive}. Not thread-safe. */
final class AdaptiveIdleStrategy implements IdleStrategy {
  static final int SPINS = 64;
  static final int YIELDS = 32;
  static final long MIN_PARK_NANOS = 1_000;
  static final long MAX_PARK_NANOS = 1_000_000;

  private int idleRounds;
  private long parkNanos = MIN_PARK_NANOS;

  @Override
  public void idle(int workCount) {
    if (workCount > 0) {
      reset();
    } else if (idleRounds < SPINS) {
      idleRounds++;
      Thread.onSpinWait();
    } else if (idleRounds < SPINS + YIELDS) {
      idleRounds++;
      Thread.yield();
    } else {
      LockSupport.parkNanos(parkNanos);
      parkNanos = Math.min(parkNanos << 1, MAX_PARK_NANOS);
    }
  }

  @Override
  public void reset() {
    idleRounds = 0;
    parkNanos = MIN_PARK_NANOS;
  }

  /** How long the next round with nothing to do parks; 0 while it spins or yields. */
  long nextParkNanos() {
    return idleRounds < SPINS + YIELDS ? 0 : parkNanos;
  }
}
