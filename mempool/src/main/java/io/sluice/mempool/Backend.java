package io.sluice.mempool;

import io.sluice.ring.Ring;
import java.util.function.LongConsumer;

/**
 * Where a pool's objects lie that are in no cache: {@code struct rte_mempool_ops}. All or nothing,
 * from and to arrays and memory alike. Thread-safe as far as the backend's kind says.
 */
abstract class Backend {
  abstract boolean put(long[] objs, int offset, int n);

  abstract boolean putFrom(long table, int n);

  abstract boolean get(long[] objs, int offset, int n);

  abstract boolean getTo(long table, int n);

  abstract boolean putOne(long obj);

  /** One object, or 0. */
  abstract long getOne();

  abstract int count();

  /** Visits what lies here; what comes and goes meanwhile may be visited or not. */
  abstract void forEach(LongConsumer visitor);

  /**
   * Puts right what a dead process left half done here, ahead of the search for what was its own;
   * of a protected pool only. May be done again from any point.
   *
   * @return false if that has to wait for a process that lives
   */
  abstract boolean recover(int dead);

  abstract MempoolOps ops();

  /** The ring that the objects lie in; null where it is something else. */
  abstract Ring ring();
}
