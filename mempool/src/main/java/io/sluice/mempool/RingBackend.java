package io.sluice.mempool;

import io.sluice.ring.Ring;

/** A pool's objects in a ring {@code MP_<pool>}, as DPDK's default. */
final class RingBackend extends Backend {
  private final Ring ring;

  RingBackend(Ring ring) {
    this.ring = ring;
  }

  @Override
  boolean put(long[] objs, int offset, int n) {
    return ring.enqueueBulk(objs, offset, n) == n;
  }

  @Override
  boolean putFrom(long table, int n) {
    return ring.enqueueBulkFrom(table, n) == n;
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
    return ring.enqueue(obj);
  }

  @Override
  long getOne() {
    return ring.dequeue();
  }

  @Override
  int count() {
    return ring.count();
  }

  @Override
  MempoolOps ops() {
    return MempoolOps.ofRing(ring.flags());
  }
}
