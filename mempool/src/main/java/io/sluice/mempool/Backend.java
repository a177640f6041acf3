package io.sluice.mempool;

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

  abstract MempoolOps ops();
}
