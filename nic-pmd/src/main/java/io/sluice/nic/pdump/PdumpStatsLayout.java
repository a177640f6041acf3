package io.sluice.nic.pdump;

/**
 * The memzone {@code rte_pdump_stats} ({@code lib/pdump/rte_pdump.c}, 22.11): a {@code struct
 * rte_pdump_stats} of 64 bytes for each receive queue of each port, then for each send queue.
 */
final class PdumpStatsLayout {
  static final int ACCEPTED = 0;
  static final int FILTERED = 8;
  static final int NOMBUF = 16;
  static final int RINGFULL = 24;
  static final int SIZEOF = 64;
  static final int PORT_SIZEOF = 65536;
  static final int TX = 2097152;
  static final int ZONE_SIZEOF = 4194312;

  private PdumpStatsLayout() {}
}
