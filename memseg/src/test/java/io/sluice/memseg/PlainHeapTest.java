package io.sluice.memseg;

/** A heap on plain shared files. */
class PlainHeapTest extends AbstractHeapTest {
  @Override
  PageFixture open() {
    return PageFixture.of("--no-huge", "-m", "8");
  }
}
