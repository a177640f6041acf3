package io.sluice.ring;

import java.util.List;

/** On plain shared files. */
class PlainRingStressAcrossJvmsTest extends AbstractRingStressAcrossJvmsTest {
  @Override
  List<String> pages() {
    return List.of("--no-huge");
  }
}
