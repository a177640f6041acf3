package io.sluice.nic;

import io.sluice.platform.Memory;

/**
 * One queue's counters in shared memory ({@link EthStatsLayout}). Written by the queue's owner with
 * plain stores, 8 bytes each, so that a reader sees each counter whole, and soon.
 */
public final class QueueStats {
  private final long line;

  QueueStats(long line) {
    this.line = line;
  }

  /** Counts packets passed. */
  public void add(long packets, long bytes) {
    increase(EthStatsLayout.PACKETS, packets);
    increase(EthStatsLayout.BYTES, bytes);
  }

  /** Counts packets that were bad. */
  public void addErrors(long count) {
    increase(EthStatsLayout.ERRORS, count);
  }

  /** Counts receptions put off since the pool had no mbuf. */
  public void addNoMbuf(long count) {
    increase(EthStatsLayout.NO_MBUF, count);
  }

  /** Says how many packets were lost before they reached the queue, since it was opened. */
  public void setMissed(long count) {
    Memory.putLong(line + EthStatsLayout.MISSED, count);
  }

  private void increase(int counter, long count) {
    Memory.putLong(line + counter, Memory.getLong(line + counter) + count);
  }

  long get(int counter) {
    return Memory.getLong(line + counter) - Memory.getLong(line + EthStatsLayout.BASE + counter);
  }

  EthQueueStats get() {
    return new EthQueueStats(
        get(EthStatsLayout.PACKETS),
        get(EthStatsLayout.BYTES),
        get(EthStatsLayout.ERRORS),
        get(EthStatsLayout.MISSED),
        get(EthStatsLayout.NO_MBUF));
  }

  /** Counts from here on; the primary only. */
  void reset() {
    for (int counter = 0; counter < EthStatsLayout.COUNTERS_END; counter += Long.BYTES) {
      Memory.putLong(line + EthStatsLayout.BASE + counter, Memory.getLong(line + counter));
    }
  }
}
