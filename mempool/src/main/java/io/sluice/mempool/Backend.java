package io.sluice.mempool;

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

  abstract MempoolOps ops();
}
