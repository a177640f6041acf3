package io.sluice.memzone;

import io.sluice.testing.RequiresHugepages;

/** Zones on 2 MB hugepages. */
@RequiresHugepages(kb = 2048, count = 16)
class HugepageMemZoneTest extends AbstractMemZoneTest {
  @Override
  SharedMemory open() {
    return create("-m", "8");
  }
}
