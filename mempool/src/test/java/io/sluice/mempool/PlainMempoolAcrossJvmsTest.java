package io.sluice.mempool;

import java.util.List;

/** On plain shared files. */
class PlainMempoolAcrossJvmsTest extends AbstractMempoolAcrossJvmsTest {
  @Override
  List<String> pages() {
    return List.of(TestMemory.NO_HUGE);
  }
}
