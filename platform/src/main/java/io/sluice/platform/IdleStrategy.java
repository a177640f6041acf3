package io.sluice.platform;

import java.util.concurrent.locks.LockSupport;

/**
 * What a polling loop does when there was nothing to do. A strategy may hold state: one per thread.
 */
public interface IdleStrategy {
  /** Called after each round with how much was done; idles if that is 0. */
  void idle(int workCount);

  /** Forgets how long there was nothing to do. */
  default void reset() {}

  /** Never gives up the CPU: for an lcore that has one alone. */
  static IdleStrategy spin() {
    return workCount -> {
      if (workCount == 0) {
        Thread.onSpinWait();
      }
    };
  }

  /** Lets other threads of the same CPU run. */
  static IdleStrategy yield() {
    return workCount -> {
      if (workCount == 0) {
        Thread.yield();
      }
    };
  }

  /** Sleeps for {@code nanos}, to which the kernel adds its timer slack of about 50 µs. */
  static IdleStrategy park(long nanos) {
    return workCount -> {
      if (workCount == 0) {
        LockSupport.parkNanos(nanos);
      }
    };
  }

  /** Spins first, then yields, then parks for longer and longer: for shared CPUs. */
  static IdleStrategy adaptive() {
    return new AdaptiveIdleStrategy();
  }

  /**
   * A new strategy by its name on a command line.
   *
   * @throws SluiceException EINVAL for any name but spin, yield, park and adaptive
   */
  static IdleStrategy named(String name) {
    return switch (name) {
      case "spin" -> spin();
      case "yield" -> IdleStrategy.yield();
      case "park" -> park(AdaptiveIdleStrategy.MAX_PARK_NANOS);
      case "adaptive" -> adaptive();
      default ->
          throw new SluiceException(
              Errno.EINVAL, "idle strategy '" + name + "'; accepted: spin, yield, park, adaptive");
    };
  }
}
