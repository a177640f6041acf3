package io.sluice.mempool;

import io.sluice.ring.Ring;
import java.util.function.LongConsumer;

/**
 * A pool's objects in a ring {@code MP_<pool>}, as DPDK's default.
 *
 * <p>The ring has room for all objects, so that a put fails only for one put twice. With a relaxed
 * tail it has that room only once nobody is in the middle of a get: slots emptied meanwhile stay
 * closed till then, and a put waits for it, where DPDK's loses the objects.
 */
final class RingBackend extends Backend {
  private final Ring ring;

  RingBackend(Ring ring) {
    this.ring = ring;
  }

  @Override
  boolean put(long[] objs, int offset, int n) {
    while (ring.enqueueBulk(objs, offset, n) != n) {
      if (!mayTakeLater(n)) {
        return false;
      }
    }
    return true;
  }

  /** After a put that failed: whether gets under way leave room once they end; lets them go on. */
  private boolean mayTakeLater(int n) {
    if (ring.settledFreeCount() < n) {
      return false;
    }
    Thread.yield();
    return true;
  }

  @Override
  boolean putFrom(long table, int n) {
    while (ring.enqueueBulkFrom(table, n) != n) {
      if (!mayTakeLater(n)) {
        return false;
      }
    }
    return true;
  }

  @Override
  boolean get(long[] objs, int offset, int n) {
    return ring.dequeueBulk(objs, offset, n) == n;
  }

  @Override
  boolean getTo(long table, int n) {
    return ring.dequeueBulkTo(table, n) == n;
  }

  @Override
  boolean putOne(long obj) {
    while (!ring.enqueue(obj)) {
      if (!mayTakeLater(1)) {
        return false;
      }
    }
    return true;
  }

  @Override
  long getOne() {
    return ring.dequeue();
  }

  @Override
  void forEach(LongConsumer visitor) {
    ring.forEach(visitor);
  }

  @Override
  int count() {
    return ring.count();
  }

  /** Rings are recovered ahead of pools. */
  @Override
  boolean recover(int dead) {
    return true;
  }

  @Override
  MempoolOps ops() {
    return MempoolOps.ofRing(ring.flags());
  }

  @Override
  Ring ring() {
    return ring;
  }
}
