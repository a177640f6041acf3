package io.sluice.primary;

/** What a worker's place is, in the order in which one goes through them. */
public enum WorkerState {
  /** Nobody's. */
  FREE,
  /** Claimed by a worker that does not poll yet. */
  CLAIMED,
  /** The primary gives it packets. */
  RUNNING,
  /** The worker wants to end; the primary may still be giving it packets. */
  LEAVING,
  /** The primary gives it no more; the worker passes on what it has and frees the place. */
  DRAINING
}
