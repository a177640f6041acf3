package io.sluice.testing;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;

/**
 * What jcstress states stand on that is not the collector's, such as memory, as a state has no end
 * of life at which to release it: many more of them than there are states in use at once, given out
 * in turn. Thread-safe.
 */
public final class InTurn<T> {
  private static final int COUNT = 1024;

  private final AtomicReferenceArray<T> all = new AtomicReferenceArray<>(COUNT);
  private final AtomicInteger next = new AtomicInteger();
  private final IntFunction<T> make;

  /**
   * Makes none yet.
   *
   * @param make the one of an index, when it is first needed; by one thread at a time
   */
  public InTurn(IntFunction<T> make) {
    this.make = make;
  }

  /** The next one, as its last user left it. */
  public T next() {
    int index = (next.getAndIncrement() & Integer.MAX_VALUE) % COUNT;
    T found = all.get(index);
    return found != null ? found : make(index);
  }

  private synchronized T make(int index) {
    if (all.get(index) == null) {
      all.set(index, make.apply(index));
    }
    return all.get(index);
  }
}
