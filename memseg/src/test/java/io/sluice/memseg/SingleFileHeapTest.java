package io.sluice.memseg;

/** A heap on one plain shared file. */
class SingleFileHeapTest extends AbstractHeapTest {
  @Override
  PageFixture open() {
    return PageFixture.of("--no-huge", "--single-file-segments", "-m", "8");
  }
}
