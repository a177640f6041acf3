package io.sluice.ring;

/** {@code enum rte_ring_sync_type}: how those on one side of a ring go about it together. */
public enum SyncType {
  /** Any number of threads; each waits for those that claimed before it to finish. */
  MT,
  /** One thread only. */
  ST,
  /** Relaxed tail: any number; the last of those under way moves the tail for all. */
  RTS,
  /** Head and tail in one word: any number, one at a time. Allows peek. */
  HTS;

  /** Whether the peek and zero-copy calls work: one claim at a time. */
  public boolean canPeek() {
    return this == ST || this == HTS;
  }
}
