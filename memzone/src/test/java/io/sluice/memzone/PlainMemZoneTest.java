package io.sluice.memzone;

/** Zones on plain shared files. */
class PlainMemZoneTest extends AbstractMemZoneTest {
  PlainMemZoneTest() {
    super("--no-huge", "-m", "8");
  }
}
