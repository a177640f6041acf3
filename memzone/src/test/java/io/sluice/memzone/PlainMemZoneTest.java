package io.sluice.memzone;

/** Zones on plain shared files. */
class PlainMemZoneTest extends AbstractMemZoneTest {
  @Override
  SharedMemory open() {
    return create("--no-huge", "-m", "8");
  }
}
