package io.sluice.mempool;

import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import java.util.List;

/** On 2 MB hugepages. */
@RequiresRoot
@RequiresHugepages(kb = 2048, count = 64)
class HugepageMempoolAcrossJvmsTest extends AbstractMempoolAcrossJvmsTest {
  @Override
  List<String> pages() {
    return List.of();
  }
}
