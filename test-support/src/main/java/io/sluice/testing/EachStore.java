package io.sluice.testing;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Which stores of an operation a child JVM is to die ahead of, where there are so many that all of
 * them, one after the other, take minutes: every {@link #STEP}th, from a random one on. With {@code
 * -Dsluice.deaths.step=1} it is each store.
 */
public final class EachStore {
  /** From one death to the next. */
  public static final int STEP = Integer.getInteger("sluice.deaths.step", 6);

  private EachStore() {}

  /** The first store to die ahead of. */
  public static int first() {
    return 1 + ThreadLocalRandom.current().nextInt(STEP);
  }
}
