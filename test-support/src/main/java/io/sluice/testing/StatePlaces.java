package io.sluice.testing;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntToLongFunction;

/**
 * Addresses for jcstress states, which have no end of life at which memory could be released: many
 * more than there are states in use at once, given out in turn. Thread-safe.
 */
public final class StatePlaces {
  private static final int PLACES = 4096;

  private final long[] addresses = new long[PLACES];
  private final AtomicInteger next = new AtomicInteger();

  /**
   * Makes them.
   *
   * @param allocate gives memory for the place of that index
   */
  public StatePlaces(IntToLongFunction allocate) {
    for (int i = 0; i < PLACES; i++) {
      addresses[i] = allocate.applyAsLong(i);
    }
  }

  /** The next one, as its last user left it. */
  public long next() {
    return addresses[(next.getAndIncrement() & Integer.MAX_VALUE) % PLACES];
  }
}
