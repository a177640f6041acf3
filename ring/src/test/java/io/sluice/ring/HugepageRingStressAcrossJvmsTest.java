package io.sluice.ring;

import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import java.util.List;

/** On 2 MB hugepages. */
@RequiresRoot
@RequiresHugepages(kb = 2048, count = 32)
class HugepageRingStressAcrossJvmsTest extends AbstractRingStressAcrossJvmsTest {
  @Override
  List<String> pages() {
    return List.of();
  }
}
