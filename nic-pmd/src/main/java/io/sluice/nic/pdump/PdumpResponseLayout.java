package io.sluice.nic.pdump;

/** {@code struct pdump_response} of {@code lib/pdump/rte_pdump.c}, 22.11. */
final class PdumpResponseLayout {
  static final int VER = 0;
  static final int RES_OP = 2;
  static final int ERR_VALUE = 4;
  static final int SIZEOF = 8;

  private PdumpResponseLayout() {}
}
