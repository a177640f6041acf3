package io.sluice.mempool;

/** {@code enum rte_mempool_event}. */
public enum MempoolEvent {
  /** A pool has all its objects, and others can find it. */
  READY,
  /** A pool is about to be freed, and still whole. */
  DESTROY
}
