package io.sluice.memseg;

import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;

/** A heap on 2 MB hugepages. */
@RequiresRoot
@RequiresHugepages(kb = 2048, count = 32)
class HugepageHeapTest extends AbstractHeapTest {
  @Override
  PageFixture open() {
    return PageFixture.of("-m", "8");
  }
}
