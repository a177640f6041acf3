package io.sluice.mempool;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link AbstractPoolDeathTest} with a pool on a ring. */
class PoolDeathTest extends AbstractPoolDeathTest {
  @Override
  String ops() {
    return "ring_mp_mc";
  }

  /** In the middle of a reference count, of a chain given back, and of a claim on a ring. */
  @ParameterizedTest
  @CsvSource({"freeCloneOfChain 12, clone 5", "freeCloneLast 5, enqueue 3"})
  void shouldBearTwoDeathsAmidClonesAndAReaperThatDiesAtAnyStore(String first, String second) {
    bearTwoDeaths(first, second);
  }
}
