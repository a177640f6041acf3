package io.sluice.mempool;

/** {@link AbstractPoolDeathTest} with a pool on a ring. */
class PoolDeathTest extends AbstractPoolDeathTest {
  @Override
  String ops() {
    return "ring_mp_mc";
  }
}
