package io.sluice.mempool;

/** {@link AbstractPoolDeathTest} with a pool on a stack. */
class StackPoolDeathTest extends AbstractPoolDeathTest {
  @Override
  String ops() {
    return "lf_stack";
  }
}
