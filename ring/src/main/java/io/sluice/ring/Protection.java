package io.sluice.ring;

/** What the death of a process does to a ring or pool, chosen at its creation. */
public enum Protection {
  /**
   * As {@link #CLAIMS}, and nothing is lost: who dequeues an object of a pool becomes its owner, so
   * that it goes back to its pool when that process dies. Costs some two cycles for each entry that
   * is dequeued.
   */
  ON,

  /**
   * A process may die at any point: what it had half enqueued is not in the ring, what it had half
   * dequeued still is, and nobody waits longer than it takes to see that it is dead. MT and RTS
   * claim one at a time for it. What a dead process had in hand is gone.
   */
  CLAIMS,

  /**
   * As in stock DPDK: a process that dies between claim and publication blocks its side of an MT,
   * RTS or HTS ring for ever.
   */
  OFF
}
