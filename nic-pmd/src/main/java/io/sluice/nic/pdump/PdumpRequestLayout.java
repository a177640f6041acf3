package io.sluice.nic.pdump;

/** {@code struct pdump_request} of {@code lib/pdump/rte_pdump.c}, 22.11. */
final class PdumpRequestLayout {
  static final int VER = 0;
  static final int OP = 2;
  static final int FLAGS = 4;
  static final int DEVICE = 8;
  static final int DEVICE_LENGTH = 64;
  static final int QUEUE = 72;
  static final int RING = 80;
  static final int MP = 88;
  static final int PRM = 96;
  static final int SNAPLEN = 104;
  static final int SIZEOF = 112;

  private PdumpRequestLayout() {}
}
