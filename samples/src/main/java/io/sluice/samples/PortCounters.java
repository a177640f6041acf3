package io.sluice.samples;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What one port received, sent and dropped. Each count has one writer, so that adding needs no
 * atomic step; any thread may read a value that is slightly behind.
 */
public final class PortCounters {
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();

  private static void add(AtomicLong counter, int count) {
    counter.lazySet(counter.getPlain() + count);
  }

  /** Counts packets that came in at the port. */
  public void addReceived(int count) {
    add(received, count);
  }

  /** Counts packets that the port's driver took. */
  public void addSent(int count) {
    add(sent, count);
  }

  /** Counts packets meant for the port that were freed instead. */
  public void addDropped(int count) {
    add(dropped, count);
  }

  public long received() {
    return received.get();
  }

  public long sent() {
    return sent.get();
  }

  public long dropped() {
    return dropped.get();
  }
}
