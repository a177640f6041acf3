package io.sluice.platform;

/**
 * One step of a burst of addresses: a source fills the array, a sink takes from it, a step in
 * between works on it in place. {@code Ring::dequeueBurst} and {@code Ring::enqueueBurst} are such.
 */
@FunctionalInterface
public interface Burst {
  /**
   * Fills, takes or rewrites up to {@code count} addresses at {@code offset}.
   *
   * @return how many it filled, took, or left in place for the next step
   */
  int apply(long[] objects, int offset, int count);
}
